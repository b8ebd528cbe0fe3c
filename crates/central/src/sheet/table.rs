//! The text of a sheet as rows of cells: its encoding and its delimiter are found by themselves.

use csv::{ReaderBuilder, StringRecord};

use crate::import::text::{Lines, NotText};

/// The most rows and columns of a sheet.
const ROWS_MAX: usize = 50_000;
const COLUMNS_MAX: usize = 200;

/// A sheet as it was read.
#[derive(Debug)]
pub struct Table {
    pub header: Vec<String>,
    pub rows: Vec<Row>,
    /// It is no UTF-8, so it was read as programs of older times write in Western Europe and Africa.
    pub windows_1252: bool,
}

/// A row below the header.
#[derive(Debug)]
pub struct Row {
    /// The line of the file in which it begins, counted from 1.
    pub line: u64,
    cells: StringRecord,
}

impl Row {
    /// What stands in a column, without blanks around it; nothing if the row is shorter.
    pub fn cell(&self, at: usize) -> &str {
        self.cells.get(at).unwrap_or_default().trim()
    }

    /// How many cells it has.
    pub fn width(&self) -> usize {
        self.cells.len()
    }

    fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// Why a file is no sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("the file is UTF-16 text; save it as \"CSV UTF-8\"")]
    Utf16,
    #[error("the file is a workbook, not CSV; open it and save it as \"CSV UTF-8\"")]
    Workbook,
    #[error("the file is not text")]
    NotText,
    #[error("the file is empty")]
    Empty,
    #[error("the file has a header but no rows below it")]
    NoRows,
    #[error("the file has more than {ROWS_MAX} rows; import it in parts")]
    TooManyRows,
    #[error("the file has more than {COLUMNS_MAX} columns")]
    TooManyColumns,
}

impl Unreadable {
    /// Stable, for programs and message files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Utf16 => "sheet_utf16",
            Self::Workbook => "sheet_workbook",
            Self::NotText => "sheet_not_text",
            Self::Empty => "sheet_empty",
            Self::NoRows => "sheet_no_rows",
            Self::TooManyRows => "sheet_too_many_rows",
            Self::TooManyColumns => "sheet_too_many_columns",
        }
    }
}

impl From<NotText> for Unreadable {
    fn from(what: NotText) -> Self {
        match what {
            NotText::Utf16 => Self::Utf16,
            NotText::Workbook => Self::Workbook,
            NotText::Zeros => Self::NotText,
            NotText::Empty => Self::Empty,
        }
    }
}

/// Reads a sheet. Empty rows are left out.
pub fn read(bytes: &[u8]) -> Result<Table, Unreadable> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Some(what) = NotText::of(bytes) {
        return Err(what.into());
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => rows(text, false),
        Err(_) => rows(&bytes.iter().map(|byte| windows_1252(*byte)).collect::<String>(), true),
    }
}

fn rows(text: &str, windows_1252: bool) -> Result<Table, Unreadable> {
    let mut options = ReaderBuilder::new();
    let mut reader = options.delimiter(delimiter(text)).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut lines = Lines::of(text.as_bytes());
    let (mut header, mut rows) = (None, Vec::new());
    let mut cells = StringRecord::new();
    // The text is UTF-8, and the reader takes everything else for what it is.
    while reader.read_record(&mut cells).is_ok_and(|more| more) {
        let line = lines.at(cells.position().map_or(0, csv::Position::byte));
        // A clone would keep the room that the longest row so far has needed, in every row.
        let row = Row { line, cells: cells.iter().collect() };
        if header.is_none() {
            header = Some(heads(&row)?);
        } else if !row.is_empty() {
            rows.push(row);
        }
        if rows.len() > ROWS_MAX {
            return Err(Unreadable::TooManyRows);
        }
    }
    let header = header.ok_or(Unreadable::Empty)?;
    if rows.is_empty() { Err(Unreadable::NoRows) } else { Ok(Table { header, rows, windows_1252 }) }
}

fn heads(row: &Row) -> Result<Vec<String>, Unreadable> {
    match row.width() {
        ..=COLUMNS_MAX => Ok(row.cells.iter().map(|cell| cell.trim().to_owned()).collect()),
        _ => Err(Unreadable::TooManyColumns),
    }
}

/// The sign that stands most often in the first line, outside of quotes.
fn delimiter(text: &str) -> u8 {
    let mut counts = [(b',', 0_u32), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in text.trim_start().bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\r' | b'\n' if !quoted => break,
            _ if quoted => {}
            _ => counts.iter_mut().filter(|(sign, _)| *sign == byte).for_each(|(_, count)| *count += 1),
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max();
    counts.iter().find(|(_, count)| Some(*count) == most).map_or(b',', |(sign, _)| *sign)
}

/// Like ISO 8859-1, but with letters and signs where that has control characters.
fn windows_1252(byte: u8) -> char {
    const SIGNS: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => SIGNS[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(bytes: &[u8]) -> Vec<String> {
        let table = read(bytes).unwrap();
        let width = table.header.len();
        let row = |row: &Row| (0..width).map(|at| row.cell(at).to_owned()).collect::<Vec<_>>().join("|");
        std::iter::once(table.header.join("|")).chain(table.rows.iter().map(row)).collect()
    }

    #[test]
    fn delimiter_line_ends_quotes_and_encoding_are_found() {
        let expected = ["Code|Nom", "A1|Crème, tube", "A2|x"];
        for text in [
            "Code,Nom\nA1,\"Crème, tube\"\nA2,x\n",
            "\u{feff}Code;Nom\r\nA1;Crème, tube\r\n;\r\nA2;x",
            "\r\nCode\tNom\r\n\r\n A1 \tCrème, tube\r\n\r\nA2\tx\r\n",
            "\"Code\";\"Nom\"\n\"A1\";\"Crème, tube\"\n\"A2\";\"x\"\n",
        ] {
            assert_eq!(cells(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(cells(b"Code;Nom\nA1;Cr\xE8me, tube\nA2;x\n"), expected);
        assert!(
            read(b"Code\nCr\xE8me\n").unwrap().windows_1252 && !read("Code\nCrème\n".as_bytes()).unwrap().windows_1252
        );
        assert_eq!(cells(b"a\n\x80\x92\xE9\n")[1], "€’é");
        assert_eq!(cells(b"Code\nA1\n"), ["Code", "A1"]);
    }

    #[test]
    fn rows_know_their_line() {
        let table = read(b"a,b\n1,\"x\ny\"\n\n\n2,z\n").unwrap();
        assert_eq!(table.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 6]);
    }

    #[test]
    fn what_is_no_sheet_is_named() {
        for (bytes, expected) in [
            (&b"\xFF\xFEa\0"[..], Unreadable::Utf16),
            (b"PK\x03\x04xxxx", Unreadable::Workbook),
            (b"\xD0\xCF\x11\xE0\xA1\xB1", Unreadable::Workbook),
            (b"a\0b", Unreadable::NotText),
            (b"", Unreadable::Empty),
            (b"\xEF\xBB\xBF \r\n", Unreadable::Empty),
            (b"a,b\n", Unreadable::NoRows),
            (b"a,b\n,\n", Unreadable::NoRows),
        ] {
            assert_eq!(read(bytes).unwrap_err(), expected);
        }
        let rows = |count: usize| format!("a\n{}", "1\n".repeat(count));
        assert!(read(rows(ROWS_MAX).as_bytes()).is_ok());
        assert_eq!(read(rows(ROWS_MAX + 1).as_bytes()).unwrap_err(), Unreadable::TooManyRows);
        assert_eq!(read(",".repeat(COLUMNS_MAX).as_bytes()).unwrap_err(), Unreadable::TooManyColumns);
    }
}
