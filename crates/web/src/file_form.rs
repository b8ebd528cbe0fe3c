//! A form of ours with a file in it. It is read as it comes: the word of the session first, so that nothing is kept of what another
//! page sends, and the file up to its limit.

use std::io;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use multer::{Constraints, Field, Multipart, SizeLimit};
use tokio::time::timeout_at;

use crate::basic::refuse_other_pages;
use crate::form::{CSRF, foreign, same, unreadable};
use crate::pace::Pace;
use crate::room::Taken;
use crate::session::Session;
use crate::{ApiError, BodyRoom};

/// The largest file, in bytes.
pub const FILE_MAX: usize = 8_000_000;

/// The field with the file.
const FILE: &str = "file";

/// A larger file is read on so far and thrown away: browsers show no answer before they have sent everything.
const THROWN_AWAY_MAX: u64 = 64 << 20;

/// The longest name of a file that is kept, in characters.
const NAME_MAX: usize = 100;

/// The longest word of a session.
const WORD_MAX: u64 = 1_000;

/// The file of a form, once it is sure that the form came from a page of this session.
#[derive(Debug, Default)]
pub struct FileForm {
    /// Without folders; empty if no file was chosen.
    pub name: String,
    pub bytes: Vec<u8>,
}

impl<S: Send + Sync> FromRequest<S> for FileForm {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        refuse_other_pages(&parts)?;
        let word = parts.extensions.get::<Session>().map(|session| session.csrf.clone());
        let kind = parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
        let Ok(boundary) = multer::parse_boundary(kind) else {
            // What is no such form carries no word either.
            return Err(if word.is_some() { foreign() } else { unreadable("it is not a form with a file") });
        };
        let taken = Taken::of(parts.extensions.get::<BodyRoom>().cloned());
        Reading { form: multipart(body, boundary), pace: Pace::new(), taken }.read(word.as_deref()).await
    }
}

fn multipart(body: Body, boundary: String) -> Multipart<'static> {
    let limits = SizeLimit::new().whole_stream(THROWN_AWAY_MAX).for_field(CSRF, WORD_MAX);
    let constraints = Constraints::new().allowed_fields(vec![CSRF, FILE]).size_limit(limits);
    Multipart::with_constraints(body.into_data_stream(), boundary, constraints)
}

struct Reading {
    form: Multipart<'static>,
    pace: Pace,
    taken: Taken,
}

impl Reading {
    async fn read(mut self, word: Option<&str>) -> Result<FileForm, ApiError> {
        let first = self.next(CSRF).await?.ok_or_else(foreign)?;
        let given = self.whole(first).await?;
        // Without a session there is nothing that another page could use.
        if word.is_some_and(|word| !same(&String::from_utf8_lossy(&given), word)) {
            return Err(foreign());
        }
        let Some(field) = self.next(FILE).await? else { return Ok(FileForm::default()) };
        let name = own_name(field.file_name().unwrap_or(""));
        let bytes = self.whole(field).await?;
        if bytes.len() > FILE_MAX { Err(too_large()) } else { Ok(FileForm { name, bytes }) }
    }

    /// The next field, if it has this name.
    async fn next(&mut self, name: &str) -> Result<Option<Field<'static>>, ApiError> {
        loop {
            match timeout_at(self.pace.deadline(), self.form.next_field()).await {
                Ok(field) => return Ok(field.map_err(broken)?.filter(|field| field.name() == Some(name))),
                Err(_) if self.pace.is_kept() => {}
                Err(_) => return Err(unreadable("it arrives so slowly that it would not end")),
            }
        }
    }

    /// All of a field, or a little more than may be.
    async fn whole(&mut self, mut field: Field<'static>) -> Result<Vec<u8>, ApiError> {
        let mut bytes = Vec::new();
        loop {
            match timeout_at(self.pace.deadline(), field.chunk()).await {
                Ok(Ok(None)) => return Ok(bytes),
                Ok(Ok(Some(piece))) => {
                    self.pace.moved(piece.len());
                    if bytes.len() <= FILE_MAX {
                        self.taken.grow(piece.len())?;
                        bytes.extend_from_slice(&piece);
                    }
                }
                Ok(Err(error)) => return Err(broken(error)),
                Err(_) if self.pace.is_kept() => {}
                Err(_) => return Err(unreadable("it arrives so slowly that it would not end")),
            }
        }
    }
}

/// The name of a file as it is kept: the last part of what some browsers send as a path, on one line.
pub fn own_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or("");
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).take(NAME_MAX).collect()
}

fn broken(error: multer::Error) -> ApiError {
    match error {
        multer::Error::StreamSizeExceeded { .. } => too_large(),
        multer::Error::FieldSizeExceeded { .. } => foreign(),
        other => unreadable(&io::Error::other(other).to_string()),
    }
}

fn too_large() -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "file_too_large",
        format!("The file is larger than {} MB.", FILE_MAX / 1_000_000),
        "Nothing was changed. Send it in smaller parts.",
    )
}

#[cfg(test)]
mod tests {
    use super::own_name;

    #[test]
    fn a_name_of_a_file_is_one_short_line_without_folders() {
        assert_eq!(own_name("C:\\Users\\ana\\items.csv"), "items.csv");
        assert_eq!(own_name("../../etc/passwd"), "passwd");
        assert_eq!(own_name("a\nb.csv"), "a b.csv");
        assert_eq!(own_name(&"x".repeat(500)).len(), 100);
    }
}
