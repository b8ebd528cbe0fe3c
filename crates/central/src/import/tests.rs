//! Files as people make them, good and bad.

use super::*;

const MAPPING: &str = r#"
[csv.dates]
Day = "%d/%m/%Y"

[[constant]]
table = "store"
id = "depot"
columns = { name = "Depot", code = "D" }

[[record]]
table = "name"
id = "customer {Customer}"
columns = { name = "{Customer}", type = "facility", phone = { from = "Phone", first = true } }

[[record]]
table = "transact"
id = "doc {Doc}"
[record.columns]
store_ID = { ref = "store", id = "depot" }
name_ID = { ref = "name", id = "customer {Customer}" }
entry_date = { from = "Day", as = "date" }
invoice_num = { from = "Doc", as = "number_in_text" }

[[record]]
table = "trans_line"
id = "{Doc}-{Line}"
raw_id = true
where = { column = "Packs", not_equals = "none" }
[record.columns]
transaction_ID = { ref = "transact", id = "doc {Doc}" }
line_number = { count_per = "{Doc}" }
quantity = { from = "Packs", as = "number" }
cost_price = { from = "Price", as = "number", when_empty = "default", words = "default" }
note = { from = "Note", when_empty = "skip" }
"#;

const HEADER: &str = "Doc,Line,Customer,Phone,Day,Packs,Price,Note\n";

fn mapping() -> Mapping {
    MAPPING.parse().unwrap()
}

fn read(rows: &str) -> Result<Vec<ImportRecord>, String> {
    read_bytes(format!("{HEADER}{rows}").as_bytes())
}

fn read_bytes(bytes: &[u8]) -> Result<Vec<ImportRecord>, String> {
    read_csv(bytes, &mapping(), &mut |_| {}).map_err(|error| error.to_string())
}

fn put<'a>(records: &'a [ImportRecord], table: &str, id: &str) -> &'a Map<String, Value> {
    let found = records.iter().find(|record| &*record.key.table == table && &*record.key.id == id);
    match &found.unwrap().change {
        Change::Put(data) => data,
        Change::Delete => panic!("deleted"),
    }
}

#[test]
fn rows_become_records_once_each() {
    let records = read(
        "D1,1,Hill clinic,5,01/02/2026,10,2.50,\"first, with a comma\nand a line\"\n\
         D1,2,Hill clinic,6,01/02/2026,3,free,\n\
         D2,1,Bay clinic,7,02/02/2026,none,,\n",
    )
    .unwrap();
    let tables: Vec<&str> = records.iter().map(|record| &*record.key.table).collect();
    assert_eq!(tables, ["store", "name", "transact", "trans_line", "trans_line", "name", "transact"]);
    // The second row begins in line 4: a cell of the first holds a line break.
    assert_eq!(records.iter().map(|record| record.line).collect::<Vec<_>>(), [0, 2, 2, 2, 4, 5, 5]);

    let note = put(&records, "transact", &stable_id("transact", "doc D1"));
    assert_eq!(note["name_ID"], stable_id("name", "customer Hill clinic"));
    assert_eq!(note["store_ID"], stable_id("store", "depot"));
    assert_eq!(note["entry_date"], "2026-02-01");
    assert_eq!(note["invoice_num"], 1);
    let first = put(&records, "trans_line", "D1-1");
    assert_eq!((&first["cost_price"], &first["line_number"]), (&Value::from(2.5), &Value::from(1)));
    assert_eq!(first["note"], "first, with a comma\nand a line");
    let second = put(&records, "trans_line", "D1-2");
    assert_eq!((&second["cost_price"], &second["line_number"]), (&Value::from(0), &Value::from(2)));
    assert!(!second.contains_key("note"));
    // Marked as first: the second row's 6 does not count.
    assert_eq!(put(&records, "name", &stable_id("name", "customer Hill clinic"))["phone"], "5");
}

#[test]
fn a_mark_line_ends_and_empty_lines_do_no_harm() {
    let plain = read("D1,1,A,5,01/02/2026,10,1,x\nD2,1,A,5,01/02/2026,bad,1,x\n").unwrap_err();
    assert!(plain.starts_with("line 3, column \"Packs\": \"bad\" is not a number"), "{plain}");
    let text = format!("\u{feff}{HEADER}\nD1,1,A,5,01/02/2026,10,1,x\n\n\nD2,1,A,5,01/02/2026,bad,1,x\n");
    let spaced = read_bytes(text.as_bytes()).unwrap_err();
    assert!(spaced.starts_with("line 6, "), "{spaced}");
    let dos = read_bytes(text.replace('\n', "\r\n").as_bytes()).unwrap_err();
    assert!(dos.starts_with("line 6, "), "{dos}");
}

#[test]
fn all_bad_cells_are_reported_by_line_and_column() {
    let error = read(
        "D1,1,A,5,31/02/2026,ten,1,x\n\
         D2,1,,5,01/02/2026,,1,x\n\
         D3,1,B,5,01/02/2026\n",
    )
    .unwrap_err();
    let lines: Vec<&str> = error.lines().collect();
    assert_eq!(lines.len(), 5, "{error}");
    assert_eq!(lines[0], "line 2, column \"Day\": \"31/02/2026\" is not a date as \"31/03/2026\" would be (%d/%m/%Y)");
    assert!(lines[1].starts_with("line 2, column \"Packs\": \"ten\" is not a number"));
    assert_eq!(lines[2], "line 3, column \"Customer\": is empty, but it names a record of name");
    assert_eq!(lines[3], "line 3, column \"Packs\": is empty");
    assert!(lines[4].starts_with("line 4: has 5 cells where the header has 8"));
}

#[test]
fn rows_that_contradict_each_other_name_both_lines() {
    let error = read("D1,1,A,5,01/02/2026,1,1,x\nD1,2,A,5,02/02/2026,1,1,x\nD1,3,B,5,01/02/2026,1,1,x\n").unwrap_err();
    let lines: Vec<&str> = error.lines().collect();
    assert_eq!(lines.len(), 2, "{error}");
    let expected = "line 3, column \"Day\": \"02/02/2026\" differs from line 2 (\"2026-02-01\") for the same transact, in its column entry_date";
    assert_eq!(lines[0], expected);
    assert!(lines[1].starts_with("line 4, column \"Customer\": \"B\" differs from line 2 for the same transact"));
}

#[test]
fn a_header_that_does_not_fit_says_what_is_near() {
    let missing = read_bytes(b"Doc,Line,Custommer,Phone,Day,Packs,Price,Note\n1,1,1,1,1,1,1,1\n").unwrap_err();
    assert_eq!(missing, "line 1, column \"Customer\": is missing in the header; the nearest is \"Custommer\"");
    let delimiter = read_bytes(HEADER.replace(',', ";").as_bytes()).unwrap_err();
    assert!(delimiter.contains("is the delimiter ';'?"), "{delimiter}");
    let twice = read_bytes(HEADER.replace("Note", "Day").as_bytes()).unwrap_err();
    assert!(twice.contains("column \"Day\": is in the header twice"), "{twice}");
}

#[test]
fn what_is_no_csv_is_refused_at_once() {
    assert!(read_bytes(b"").unwrap_err().contains("is empty"));
    assert!(read_bytes(b"\n \r\n").unwrap_err().contains("is empty"));
    assert!(read_bytes(HEADER.as_bytes()).unwrap_err().contains("no rows"));
    assert!(read_bytes(b"\xFF\xFED\0o\0").unwrap_err().contains("UTF-16"));
    assert!(read_bytes(b"PK\x03\x04....").unwrap_err().contains("workbook"));
    assert!(read_bytes(b"\x7FELF\0\0\0").unwrap_err().contains("zero bytes"));
    let mut bad = format!("{HEADER}D1,1,A,5,01/02/2026,1,1,").into_bytes();
    bad.extend(b"caf\xE9\n");
    assert!(read_bytes(&bad).unwrap_err().starts_with("line 2, column \"Note\": \"caf\u{fffd}\" is not UTF-8"));
    let open = read("D1,1,A,5,01/02/2026,1,1,x\nD2,1,\"A,5,01/02/2026,1,1,x\nD3,1,A,5,01/02/2026,1,1,x\n").unwrap_err();
    assert!(open.contains("line 3: has 3 cells") && open.contains("quote"), "{open}");
}

#[test]
fn faults_beyond_the_limit_are_counted() {
    let rows = "D1,1,A,5,01/02/2026,bad,1,x\n".repeat(FAULT_LIMIT + 7);
    let error = read_csv(format!("{HEADER}{rows}").as_bytes(), &mapping(), &mut |_| {}).unwrap_err();
    let faults = error.faults().unwrap();
    assert_eq!((faults.listed.len(), faults.more), (FAULT_LIMIT, 7));
    assert!(error.to_string().ends_with("\nand 7 more"));
}

#[test]
fn progress_only_grows_and_ends_at_the_end() {
    let rows: String = (0..2_500).map(|row| format!("D{row},1,A,5,01/02/2026,1,1,x\n")).collect();
    let text = format!("{HEADER}{rows}");
    let mut seen = Vec::new();
    read_csv(text.as_bytes(), &mapping(), &mut |progress| seen.push(progress)).unwrap();
    assert!(seen.len() >= 3);
    assert!(seen.windows(2).all(|pair| pair[0].line <= pair[1].line && pair[0].bytes <= pair[1].bytes));
    assert_eq!(seen.last().unwrap().bytes, text.len() as u64);
}

#[test]
fn mistakes_in_a_mapping_are_found_by_line() {
    let error = |from: &str, to: &str| {
        assert!(MAPPING.contains(from), "{from}");
        MAPPING.replacen(from, to, 1).parse::<Mapping>().unwrap_err().to_string()
    };
    assert!(error("raw_id = true", "rawid = true").starts_with("mapping, line 27: unknown field `rawid`"));
    assert!(error("when_empty = \"skip\"", "when_emty = \"skip\"").contains("line 34: note: unknown field"));
    assert!(error("as = \"date\"", "as = \"dato\"").contains("line 21: entry_date: as = \"dato\""));
    assert!(
        error("id = \"customer {Customer}\" }", "id = \"customers {Customer}\" }")
            .contains("is \"customer {Customer}\" meant?")
    );
    assert!(error("%d/%m/%Y", "%d/%m").contains("line 3: \"%d/%m\" is not a format"));
    assert!(error("name = \"Depot\"", "name = \"{Doc}\"").contains("constant record has no row"));
    assert!(error("{Doc}-{Line}", "{Doc-{Line").contains("line 26: "));
    assert!(error("Day = ", "Tag = ").contains("the format of \"Day\" is missing"));
    assert!(error("{ count_per = \"{Doc}\" }", "{ count_per = \"{Doc}\", from = \"Doc\" }").contains("exactly one of"));
    assert!(error("note = {", "ID = {").contains("ID is no column"));
    assert!("".parse::<Mapping>().unwrap_err().to_string().contains("nothing would be read"));
    assert!("a = [".parse::<Mapping>().unwrap_err().to_string().starts_with("mapping, line 1"));
}

fn read_lines(text: &str) -> Result<Vec<ImportRecord>, String> {
    read_json_lines(text.as_bytes(), &mut |_| {}).map_err(|error| error.to_string())
}

#[test]
fn json_lines_are_read() {
    let records = read_lines(
        "\u{feff}{\"table\":\"item\",\"id\":\"I1\",\"data\":{\"code\":\"x\",\"doses\":1.5}}\r\n\n\
         {\"table\":\"item\",\"id\":\"I2\",\"delete\":true}\n{\"table\":\"item\",\"id\":\"I2\",\"delete\":true}",
    )
    .unwrap();
    assert_eq!(records.len(), 2);
    assert_eq!(put(&records, "item", "I1")["doses"], 1.5);
    assert_eq!((&records[1].change, records[1].line), (&Change::Delete, 3));
}

#[test]
fn bad_json_lines_are_reported_by_line() {
    let error = read_lines(
        "{\"table\":\"item\",\"id\":\"I1\",\"data\":{\"code\":\"x\"}}\nnonsense\n\
         {\"table\":\"item\",\"id\":\"I1\",\"data\":{\"code\":\"y\"}}\n{\"table\":\"item\",\"id\":\"\",\"delete\":true}\n\
         {\"table\":\"item\",\"id\":\"I3\"}\n{\"table\":\"item\",\"id\":\"I3\",\"date\":{}}\n{\"table\":\"item\",\"id\":\"I1\",\"delete\":true}",
    )
    .unwrap_err();
    let lines: Vec<&str> = error.lines().collect();
    assert_eq!(lines.len(), 6, "{error}");
    assert!(lines[0].starts_with("line 2: \"nonsense\" is not a record: "));
    assert!(lines[1].starts_with("line 3: ") && lines[1].ends_with("differs from line 1 for the same record, in code"));
    assert!(lines[2].contains("empty table or id") && lines[3].contains("neither data nor delete"));
    assert!(lines[4].contains("unknown field `date`") && lines[5].contains("one of them a delete"));
    assert!(read_lines("").unwrap_err().contains("is empty"));
}

/// A few bytes of a good file, changed at random from a fixed seed.
fn damaged(good: &str, mut seed: u64) -> Vec<u8> {
    let mut bytes = good.as_bytes().to_vec();
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize
    };
    for _ in 0..1 + next() % 6 {
        let at = next() % bytes.len();
        match next() % 4 {
            0 => bytes[at] = b"\",\n\r{}\\|%\0\xFF 9"[next() % 13],
            1 => bytes[at] = next().to_le_bytes()[0],
            2 => drop(bytes.drain(at..bytes.len().min(at + 1 + next() % 9))),
            _ => bytes.insert(at, b"\",\n{}"[next() % 5]),
        }
        bytes.push(b'\n');
    }
    bytes
}

#[test]
fn no_damage_makes_it_panic() {
    let csv =
        format!("{HEADER}D1,1,Hill clinic,5,01/02/2026,10,2.50,\"a, b\"\nD1,2,Hill clinic,6,01/02/2026,3,free,x\n");
    let json = "{\"table\":\"item\",\"id\":\"I1\",\"data\":{\"code\":\"x\",\"n\":[1e9,{}]}}\n".repeat(3);
    let mapping = mapping();
    let mut good = 0;
    for seed in 0..4_000 {
        good += usize::from(read_csv(&damaged(&csv, seed)[..], &mapping, &mut |_| {}).is_ok());
        good += usize::from(read_json_lines(&damaged(&json, seed)[..], &mut |_| {}).is_ok());
        if let Ok(mapping) = String::from_utf8_lossy(&damaged(MAPPING, seed)).parse::<Mapping>() {
            good += usize::from(read_csv(csv.as_bytes(), &mapping, &mut |_| {}).is_ok());
        }
    }
    assert!(good > 100, "{good}");
}

#[test]
fn files_mappings_and_cells_have_an_end() {
    let refused = whole(std::io::repeat(b'x'), 3 << 20).unwrap_err().to_string();
    assert!(refused.contains("longer than 3 MiB"), "{refused}");
    assert_eq!(whole(&b"abc"[..], 3).unwrap(), b"abc");
    let wide = format!("{}\n", "x,".repeat(COLUMNS_MAX));
    assert!(read_bytes(wide.as_bytes()).unwrap_err().contains("the header has 1001 columns"));
    let cell = format!("1,1,{},,01/02/2024,1,,\n", "x".repeat((1 << 20) + 1));
    assert!(read(&cell).unwrap_err().contains("is longer than 1 MiB"));
    let line = format!("{{\"table\":\"t\",\"id\":\"i\",\"data\":{{\"x\":[{}1]}}}}", "1,".repeat(100_001));
    assert!(read_lines(&line).unwrap_err().contains("more than 100,000 values"));
}

#[test]
fn mappings_have_an_end() {
    let reason = |text: &str| text.parse::<Mapping>().unwrap_err().to_string();
    let rule = |columns: &str| format!("[[record]]\ntable = \"t\"\nid = \"{{A}}\"\n[record.columns]\n{columns}");
    assert!(reason(&" ".repeat((1 << 20) + 1)).contains("longer than 1 MiB"));
    let columns: String = (0..COLUMNS_MAX).map(|at| format!("c{at} = 1\n")).collect();
    assert!(reason(&rule(&columns)).contains("have 1001 columns together"));
    let used: String = (0..=COLUMNS_MAX).map(|at| format!("{{B{at}}}")).collect();
    assert!(reason(&rule(&format!("c = \"{used}\""))).contains("uses more than 1000 columns"));
    let nested = format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000));
    reason(&rule(&format!("c = {{ value = {nested} }}")));
}
