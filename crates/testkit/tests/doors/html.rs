//! A strict reader of our own pages: every element is closed where it should be, every attribute stands in quotes, and nothing is
//! run that stands in the page itself. Browsers forgive more, which is how names become tags.

/// Elements without an end.
const VOID: [&str; 4] = ["meta", "link", "input", "br"];

/// A piece of text, and the elements that it stands in, the innermost last.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) inside: Vec<String>,
    pub(crate) text: String,
}

/// The texts of a page, or what is wrong with it.
pub(crate) fn read(html: &str) -> Result<Vec<Text>, String> {
    let (mut rest, mut open, mut texts) = (html, Vec::<String>::new(), Vec::new());
    while !rest.is_empty() {
        let end = rest.find('<').unwrap_or(rest.len());
        if end > 0 {
            texts.push(Text { inside: open.clone(), text: rest[..end].to_owned() });
            rest = &rest[end..];
            continue;
        }
        rest = match rest.strip_prefix("</") {
            Some(name) => close(name, &mut open)?,
            None if rest.starts_with("<!doctype html>") => &rest["<!doctype html>".len()..],
            None => begin(&rest[1..], &mut open)?,
        };
    }
    if open.is_empty() { Ok(texts) } else { Err(format!("{open:?} are not closed")) }
}

fn close<'a>(text: &'a str, open: &mut Vec<String>) -> Result<&'a str, String> {
    let (name, rest) = text.split_once('>').ok_or("a tag does not end")?;
    match open.pop() {
        Some(last) if last == name => Ok(rest),
        last => Err(format!("</{name}> closes {last:?} in {open:?}")),
    }
}

fn begin<'a>(text: &'a str, open: &mut Vec<String>) -> Result<&'a str, String> {
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(0);
    let (name, mut rest) = text.split_at(end);
    if name.is_empty() {
        return Err(format!("< stands in a text: {:.60}", text));
    }
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('>') {
            if !VOID.contains(&name) {
                open.push(name.to_owned());
            }
            return Ok(after);
        }
        rest = attribute(name, rest)?;
    }
}

fn attribute<'a>(element: &str, text: &'a str) -> Result<&'a str, String> {
    let end = text.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-')).unwrap_or(0);
    let (name, rest) = text.split_at(end);
    if name.is_empty() || name.starts_with("on") || name == "style" {
        return Err(format!("<{element}> has an attribute that none of ours has: {text:.60}"));
    }
    let Some(value) = rest.strip_prefix('=') else { return Ok(rest) };
    let value = value.strip_prefix('"').ok_or_else(|| format!("{name} of <{element}> is not in quotes"))?;
    let (value, rest) = value.split_once('"').ok_or_else(|| format!("{name} of <{element}> does not end"))?;
    if value.trim_start().to_ascii_lowercase().starts_with("javascript:") {
        return Err(format!("{name} of <{element}> runs {value}"));
    }
    Ok(rest)
}

#[test]
fn what_browsers_forgive_is_found() {
    assert!(read("<!doctype html><p class=\"a\">b<input disabled></p>").is_ok());
    for wrong in [
        "<p>",
        "<p></b>",
        "a < b",
        "<p class=a></p>",
        "<p onclick=\"a\"></p>",
        "<a href=\"javascript:a\"></a>",
        "<p style=\"a\"></p>",
        "<p \"></p>",
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}
