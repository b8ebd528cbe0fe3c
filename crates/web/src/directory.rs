//! Directories that nobody else on the machine may look into: patients and secrets are in them.

use std::path::Path;

/// Makes the directory, for its owner only, with those above it. One that is there stays as it is.
///
/// # Errors
/// If it cannot be made.
pub fn private_directory(path: &Path) -> std::io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

#[cfg(test)]
mod tests {
    use super::private_directory;

    #[test]
    fn others_may_not_look_into_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("above").join("below");
        private_directory(&path).unwrap();
        private_directory(&path).unwrap();
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o700);
        }
        std::fs::write(folder.path().join("file"), "").unwrap();
        assert!(private_directory(&folder.path().join("file").join("below")).is_err());
    }
}
