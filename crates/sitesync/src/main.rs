//! The program `sitesync`. All of it is in the library, so that it can be tested.

fn main() -> std::process::ExitCode {
    sitesync::run()
}
