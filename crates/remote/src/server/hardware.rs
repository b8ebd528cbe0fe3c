//! What tells this machine from others: kept outside the data file, so that a copy of the file elsewhere is recognised.

use std::io::{ErrorKind, Write};
use std::path::Path;

use sitesync_core::given::Random;
use sitesync_core::hash::Hash;

use super::StartError;

const MACHINE_ID: &str = "/etc/machine-id";
const FILE: &str = "hardware-id";

/// The id of this machine; where the system has none, one that is made up and kept beside the data file.
pub(super) fn id(data: &Path, random: &dyn Random) -> Result<String, StartError> {
    from(Path::new(MACHINE_ID), data, random)
}

fn from(machine: &Path, data: &Path, random: &dyn Random) -> Result<String, StartError> {
    // Hashed: the machine's own id is not for others.
    if let Some(machine) = read(machine).ok().flatten() {
        return Ok(Hash::of_parts(&[b"sitesync hardware", machine.as_bytes()]).to_string());
    }
    let path = data.join(FILE);
    let failed = |error: std::io::Error| StartError::Folder { path: path.clone(), reason: error.to_string() };
    if let Some(kept) = read(&path).map_err(failed)? {
        return Ok(kept);
    }
    let made_up = random.record_id().to_ascii_lowercase();
    let mut file = std::fs::File::create(&path).map_err(failed)?;
    file.write_all(made_up.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    Ok(made_up)
}

/// The text of a file without blanks, unless it is missing or empty, as a machine's is before its first start.
fn read(path: &Path) -> std::io::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty() && text != "uninitialized")),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sitesync_web::given::RealRandom;

    #[test]
    fn the_machine_says_who_it_is_or_a_file_beside_the_data_does() {
        let dir = tempfile::tempdir().unwrap();
        let machine = dir.path().join("machine-id");
        let random = RealRandom::new().unwrap();
        let made_up = from(&machine, dir.path(), &random).unwrap();
        assert_eq!(from(&machine, dir.path(), &random).unwrap(), made_up, "it stays");
        let elsewhere = tempfile::tempdir().unwrap();
        assert_ne!(from(&machine, elsewhere.path(), &random).unwrap(), made_up);
        std::fs::write(&machine, "0123456789abcdef\n").unwrap();
        let hashed = from(&machine, dir.path(), &random).unwrap();
        assert_eq!(hashed, from(&machine, elsewhere.path(), &random).unwrap());
        assert!(!hashed.contains("0123456789"));
    }
}
