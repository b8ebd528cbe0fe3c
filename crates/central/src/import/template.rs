//! Text with `{Column}` in it, as a mapping writes it, and the stable ids made from such text.
//!
//! `{Column|filter}` changes the cell first: `digits`, `slug`, `short`, `upper`, `lower`. `{{` and `}}` stand for braces.

use sitesync_core::hash::Hash;

use super::nearest::nearest;

/// The id of the record of `table` that is called `text` in the file: 32 hex digits, the same in every run, so that importing a
/// file twice changes nothing.
pub fn stable_id(table: &str, text: &str) -> String {
    format!("{:032X}", Hash::of_parts(&[b"import", table.as_bytes(), text.as_bytes()]).0)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filter {
    Digits,
    Slug,
    Short,
    Upper,
    Lower,
}

const FILTERS: [(&str, Filter); 5] = [
    ("digits", Filter::Digits),
    ("slug", Filter::Slug),
    ("short", Filter::Short),
    ("upper", Filter::Upper),
    ("lower", Filter::Lower),
];

impl Filter {
    fn named(name: &str) -> Result<Self, String> {
        match FILTERS.iter().find(|(known, _)| *known == name) {
            Some((_, filter)) => Ok(*filter),
            None => Err(match nearest(name, FILTERS.iter().map(|(known, _)| *known)) {
                Some(near) => format!("there is no filter \"{name}\"; is \"{near}\" meant?"),
                None => format!("there is no filter \"{name}\"; there are digits, slug, short, upper and lower"),
            }),
        }
    }

    fn apply(self, text: &str) -> String {
        match self {
            Self::Digits => text.chars().filter(char::is_ascii_digit).collect(),
            Self::Slug => slug(text),
            Self::Short => stable_id("short", text)[..8].to_owned(),
            Self::Upper => text.to_uppercase(),
            Self::Lower => text.to_lowercase(),
        }
    }
}

/// Letters and digits, all else as single hyphens. Accents are kept: without a table of every script, dropping them would make
/// two names one.
fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_lowercase()
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Cell { column: usize, filters: Vec<Filter> },
}

/// A parsed template. Columns are numbers in the mapping's list of used columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    /// As written: a reference and the rule it means are compared by this.
    pub(super) source: String,
    parts: Vec<Part>,
}

impl Template {
    /// Parses; `column` gives the number of a column name.
    pub(super) fn parse(source: &str, column: &mut dyn FnMut(&str) -> usize) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut text = String::new();
        let mut rest = source;
        while let Some(at) = rest.find(['{', '}']) {
            text.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            let after = &rest[at + 1..];
            if let Some(doubled) = after.strip_prefix(brace) {
                text.push_str(brace);
                rest = doubled;
            } else if brace == "}" {
                return Err(format!("\"{source}\" has a }} without its {{ (a brace itself is written twice)"));
            } else {
                let end = after.find('}').ok_or_else(|| format!("\"{source}\" has a {{ without its }}"))?;
                if !text.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut text)));
                }
                parts.push(cell(&after[..end], column)?);
                rest = &after[end + 1..];
            }
        }
        text.push_str(rest);
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        Ok(Self { source: source.to_owned(), parts })
    }

    /// The text for a row; `cell` gives the cell of a column.
    pub(super) fn render<'a>(&self, cell: impl Fn(usize) -> &'a str) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Cell { column, filters } if filters.is_empty() => out.push_str(cell(*column)),
                Part::Cell { column, filters } => {
                    let start = cell(*column).to_owned();
                    out.push_str(&filters.iter().fold(start, |text, filter| filter.apply(&text)));
                }
            }
        }
        out
    }

    /// The columns it uses.
    pub(super) fn columns(&self) -> impl Iterator<Item = usize> {
        self.parts.iter().filter_map(|part| match part {
            Part::Cell { column, .. } => Some(*column),
            Part::Text(_) => None,
        })
    }
}

fn cell(inner: &str, column: &mut dyn FnMut(&str) -> usize) -> Result<Part, String> {
    let mut names = inner.split('|').map(str::trim);
    let name = names.next().unwrap_or_default();
    if name.is_empty() {
        return Err("{} names no column".to_owned());
    }
    let filters = names.map(Filter::named).collect::<Result<_, _>>()?;
    Ok(Part::Cell { column: column(name), filters })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(source: &str) -> Result<String, String> {
        let names = std::cell::RefCell::new(Vec::new());
        let template = Template::parse(source, &mut |name| {
            names.borrow_mut().push(name.to_owned());
            names.borrow().len() - 1
        })?;
        let names = names.into_inner();
        let cells: Vec<&str> = names.iter().map(|name| if name == "Note" { "DN-304 b" } else { "Île d'Or" }).collect();
        Ok(template.render(|column| cells[column]))
    }

    #[test]
    fn columns_filters_and_braces() {
        assert_eq!(rendered("name {Country}").unwrap(), "name Île d'Or");
        assert_eq!(rendered("{Note|digits}/{Country|slug|upper}").unwrap(), "304/ÎLE-D-OR");
        assert_eq!(rendered("{{{Note|lower}}}").unwrap(), "{dn-304 b}");
        assert_eq!(rendered("{Country|short}").unwrap().len(), 8);
        assert_eq!(rendered("plain").unwrap(), "plain");
    }

    #[test]
    fn mistakes_are_named() {
        assert!(rendered("a {Country").unwrap_err().contains("without its }"));
        assert!(rendered("a} b").unwrap_err().contains("without its {"));
        assert!(rendered("{}").unwrap_err().contains("no column"));
        assert!(rendered("{Note|digit}").unwrap_err().contains("\"digits\""));
    }

    #[test]
    fn ids_are_stable_and_differ_by_table() {
        let id = stable_id("name", "x");
        assert_eq!(id.len(), 32);
        assert!(id.chars().all(|c| c.is_ascii_digit() || ('A'..='F').contains(&c)));
        assert_eq!(id, stable_id("name", "x"));
        assert_ne!(id, stable_id("item", "x"));
        // Written down: a change here would duplicate everything that was ever imported.
        assert_eq!(stable_id("name", "store SCMS"), "304F1153C647905E5177AB8B3A01CE55");
    }
}
