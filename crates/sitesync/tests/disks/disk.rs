//! Disks to be full, read-only or faulty. What the machine does not allow is left out, and said.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::sitesync;

/// A file system of 16 MiB in memory. Only the system's administrator may make one.
pub(crate) struct SmallDisk(tempfile::TempDir);

fn done(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

impl SmallDisk {
    pub(crate) fn new() -> Option<Self> {
        let home = tempfile::tempdir().unwrap();
        let mounted = done(Command::new("mount").args(["-t", "tmpfs", "-o", "size=16m", "none"]).arg(home.path()));
        if !mounted {
            println!("LEFT OUT: a small disk cannot be mounted here; run this test as root");
        }
        mounted.then_some(Self(home))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }

    /// Writes until nothing more fits.
    pub(crate) fn fill(&self) {
        use std::io::Write;
        let mut file = std::fs::File::create(self.filler()).unwrap();
        let mut size = 1 << 20;
        while size > 0 {
            if file.write_all(&vec![1; size]).is_err() {
                size /= 2;
            }
        }
    }

    pub(crate) fn free(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    pub(crate) fn read_only(&self, only: bool) {
        let how = if only { "remount,ro" } else { "remount,rw" };
        assert!(done(Command::new("mount").args(["-o", how]).arg(self.path())));
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Programs may still be ending; the rest goes with the last of them.
        done(Command::new("umount").arg("--lazy").arg(self.path()));
    }
}

/// Answers that nothing could be written to the disk, as long as a file is there.
const FAULT: &str = r#"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/syscall.h>

static int fails(void) {
    const char *path = getenv("FAULT");
    return path && access(path, F_OK) == 0;
}
int fsync(int file) {
    if (fails()) { errno = EIO; return -1; }
    return syscall(SYS_fsync, file);
}
int fdatasync(int file) {
    if (fails()) { errno = EIO; return -1; }
    return syscall(SYS_fdatasync, file);
}
"#;

fn fault_file(home: &Path) -> PathBuf {
    home.join("the-disk-fails")
}

/// The program over a disk whose last word, at each commit, can be made an error. Needs a C compiler.
pub(crate) fn faulty(home: &Path) -> Option<Command> {
    let (source, library) = (home.join("fault.c"), home.join("fault.so"));
    std::fs::write(&source, FAULT).unwrap();
    if !done(Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source)) {
        println!("LEFT OUT: no C compiler, so no faults at the commit");
        return None;
    }
    let mut command = sitesync();
    command.env("LD_PRELOAD", library).env("FAULT", fault_file(home));
    Some(command)
}

pub(crate) fn set_fault(home: &Path, fails: bool) {
    let file = fault_file(home);
    if fails { std::fs::write(file, "").unwrap() } else { std::fs::remove_file(file).unwrap() }
}
