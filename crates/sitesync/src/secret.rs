//! Passwords from where nobody reads them over a shoulder: a file or a variable, never the command line.

use std::path::Path;

use anyhow::{Context, Result, bail};

/// The password in the file, else the one in the variable; none if neither is given.
pub fn read(file: Option<&Path>, variable: Option<&str>) -> Result<Option<String>> {
    let found = match file {
        Some(file) => {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("the password file {} cannot be read", file.display()))?;
            Some(text)
        }
        None => variable.and_then(|name| std::env::var(name).ok()),
    };
    let Some(text) = found else { return Ok(None) };
    // An editor ends the file with a line break, which is not part of the password.
    let password = text.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        bail!("the password is empty: write it to the password file, on one line");
    }
    Ok(Some(password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_password_is_one_line_and_not_empty() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        std::fs::write(&file, " two words \r\n").unwrap();
        assert_eq!(read(Some(&file), None).unwrap().as_deref(), Some(" two words "));
        std::fs::write(&file, "\n").unwrap();
        assert!(read(Some(&file), None).is_err());
        assert!(read(Some(&folder.path().join("missing")), None).is_err());
        assert!(read(None, Some("SITESYNC_NOT_SET_ANYWHERE")).unwrap().is_none());
    }
}
