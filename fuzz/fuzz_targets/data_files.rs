#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sitesync_testkit::fuzz::data_files::target(bytes));
