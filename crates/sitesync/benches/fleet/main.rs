//! What a central server does for many sites, measured on the real program over HTTP on this machine.
//!
//! `cargo bench -p sitesync --bench fleet -- <what> [sizes]`, see [`USAGE`]. Both ends share the machine, so beside times it prints
//! what each sync cost the server in processor time, which other programs on the machine disturb less.

#![expect(clippy::expect_used, reason = "a fault here ends the measurement")]

mod country;
mod crowd;
mod http;
mod idle;
mod load;
mod memory;
mod prepare;
mod raw;
mod records;
mod routine;
mod server;
mod site;
mod wire;

const USAGE: &str = "cargo bench -p sitesync --bench fleet -- <what> [sizes]

  routine [sites] [syncs/s] [seconds]   each site pushes 2 records and pulls, again and again (1000 2000 20)
  crowd [records] [sites] [syncs/s] [records a commit]
                                        one site pushes a million records beside them (1000000 1000 500 5000)
  idle [entries]...                     a sync with nothing to do, with ever more entries (1000000 10000000)
  wire [records]                        bytes on the wire of the real link (100000)
  memory [records] [pushed]             initialise and push between both programs, beside a raw insert; their
                                        most memory and processor time (1000000 100000)
  country [sites]                       starting, contacts and the list of many sites (40000)
  all                                   one after the other, with the sizes in brackets; about half an hour on two cores";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let (what, sizes) = arguments.split_first().map_or(("", &[][..]), |(what, sizes)| (what.as_str(), sizes));
    let sizes: Vec<usize> = sizes.iter().map(|size| size.parse().expect("sizes are numbers")).collect();
    match what {
        "all" => ["memory", "routine", "crowd", "wire", "country", "idle"].into_iter().for_each(|what| {
            println!("\n{what}");
            run(what, &[]);
        }),
        _ => run(what, &sizes),
    }
}

fn run(what: &str, sizes: &[usize]) {
    let size = |at: usize, usual: usize| sizes.get(at).copied().unwrap_or(usual);
    match what {
        "routine" => routine::run(size(0, 1000), size(1, 2000), size(2, 20)),
        "crowd" => crowd::run(size(0, 1_000_000), size(1, 1000), size(2, 500), size(3, 5_000)),
        "idle" if sizes.is_empty() => idle::run(&[1_000_000, 10_000_000]),
        "idle" => idle::run(sizes),
        "memory" => memory::run(size(0, 1_000_000), size(1, 100_000)),
        "country" => country::run(size(0, 40_000)),
        "wire" => wire::run(size(0, 100_000)),
        _ => println!("{USAGE}"),
    }
}
