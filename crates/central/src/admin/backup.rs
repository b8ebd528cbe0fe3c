//! A backup of the running server, into its own directory of backups: nobody chooses a path on the server's machine from afar.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use serde::Serialize;
use sitesync_core::given::Millis;
use sitesync_store::{StoreError, write};
use sitesync_web::sign_in::Who;
use sitesync_web::{ApiError, blocking, private_directory};
use utoipa::ToSchema;

use super::guard::refuse;
use crate::audit;
use crate::server::Central;
use crate::sites::rows;

/// Where the backup is, on the server's machine.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Backup {
    path: String,
    bytes: u64,
}

/// Write a backup while work goes on. To put it back, use `sitesync restore`, so that sites can refill it.
#[utoipa::path(post, path = "/api/backup", tag = "backup", responses((status = 201, body = Backup)))]
pub(super) async fn backup(
    State(central): State<Arc<Central>>,
    Extension(who): Extension<Who>,
) -> Result<(StatusCode, Json<Backup>), ApiError> {
    let written = blocking(move || {
        let directory = central.backups().ok_or_else(|| {
            let message = "This server has no directory for backups.";
            refuse(StatusCode::CONFLICT, "no_backups", message, "Start it on a data directory.")
        })?;
        let path = free_path(directory, central.clock().now())?;
        central.store().backup(&path)?;
        note(&central, &who, &path)?;
        let bytes = std::fs::metadata(&path).map_err(|error| disk(&path, &error))?.len();
        Ok::<_, ApiError>(Backup { path: path.display().to_string(), bytes })
    });
    Ok((StatusCode::CREATED, Json(written.await?)))
}

/// How the name of a backup begins, and how it ends until it is whole.
const NAME: &str = "central-";
const PART: &str = ".db.part";

/// Removes what backups left that were broken off: nobody else would, and each is as large as the data.
pub(crate) fn remove_parts(directory: &Path) {
    let Ok(files) = std::fs::read_dir(directory) else { return };
    for file in files.flatten() {
        let name = file.file_name();
        let name = name.to_string_lossy();
        // SQLite keeps a journal beside it.
        if name.starts_with(NAME) && (name.ends_with(PART) || name.ends_with(".db.part-journal")) {
            // It is tried again at the next start.
            let _ = std::fs::remove_file(file.path());
        }
    }
}

/// A file that is not there yet, named by the time.
fn free_path(directory: &Path, now: Millis) -> Result<PathBuf, ApiError> {
    private_directory(directory).map_err(|error| disk(directory, &error))?;
    let time = jiff::Timestamp::from_millisecond(now).map_err(ApiError::unexpected)?;
    let stamp = time.strftime("%Y%m%dT%H%M%SZ");
    let mut path = directory.join(format!("{NAME}{stamp}.db"));
    let mut count = 1;
    while path.exists() {
        count += 1;
        path = directory.join(format!("{NAME}{stamp}-{count}.db"));
    }
    Ok(path)
}

fn disk(path: &Path, error: &std::io::Error) -> ApiError {
    ApiError::store(&StoreError::Disk(format!("{}: {error}", path.display())))
}

fn note(central: &Central, who: &Who, path: &Path) -> Result<(), StoreError> {
    let to = path.display().to_string();
    write(central.store(), |txn| {
        rows::lock_directory(txn)?;
        let noted = audit::Change { who: &who.name, what: "backup", subject: "database", from: "", to: &to };
        audit::append(txn, central.clock().now(), noted)?;
        Ok(())
    })
}
