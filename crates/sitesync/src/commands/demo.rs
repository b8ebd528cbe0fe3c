//! stub
use clap::Args;
#[derive(Args, Debug)]
#[command(after_help = "sitesync ")]
pub struct Options {}
impl Options {
    pub fn run(self) -> anyhow::Result<()> {
        Ok(())
    }
}
