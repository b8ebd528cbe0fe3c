//! The configuration file of a server: a TOML file that holds what is not said on the command line or in a variable.
//!
//! Command line, then `SITESYNC_*` variables, then the file, then the defaults. The first two are read by the command line parser.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use sitesync_web::private_directory;

/// The name of the file in the data directory.
pub const NAME: &str = "sitesync.toml";

/// Reads the file that was named, or the one in the data directory if there is one.
///
/// # Errors
/// If a named file is missing, or a line is not understood: the message shows the line.
pub fn read<T: DeserializeOwned + Default>(named: Option<&Path>, data: &Path) -> Result<T> {
    let path = named.map_or_else(|| data.join(NAME), Path::to_owned);
    match std::fs::read_to_string(&path) {
        Ok(text) => parse(&text, &path),
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(T::default()),
        Err(error) => Err(error).with_context(|| format!("the configuration file {} cannot be read", path.display())),
    }
}

fn parse<T: DeserializeOwned>(text: &str, path: &Path) -> Result<T> {
    toml::from_str(text).with_context(|| format!("the configuration file {} is not understood", path.display()))
}

/// Makes the data directory, readable for its owner only: it holds secrets.
pub fn make_directory(path: &Path) -> Result<()> {
    private_directory(path).with_context(|| format!("the directory {} cannot be made", path.display()))
}

/// Writes a file that only its owner can read, whole or not at all.
pub fn write_private(path: &Path, text: &str) -> Result<()> {
    let part = PathBuf::from(format!("{}.part", path.display()));
    let mut options = std::fs::OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&part).and_then(|mut file| {
        std::io::Write::write_all(&mut file, text.as_bytes())?;
        file.sync_all()
    });
    written
        .and_then(|()| std::fs::rename(&part, path))
        .with_context(|| format!("the file {} cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Keys {
        listen: Option<String>,
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read::<Keys>(None, folder.path()).unwrap(), Keys::default());
        std::fs::write(folder.path().join(NAME), "listen = \"[::]:1\"\nlisten_on = 3\n").unwrap();
        let error = format!("{:#}", read::<Keys>(None, folder.path()).unwrap_err());
        assert!(error.contains("line 2") && error.contains("listen_on"), "{error}");
        assert!(read::<Keys>(Some(&folder.path().join("other.toml")), folder.path()).is_err());
    }
}
