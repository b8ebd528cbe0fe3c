//! `cargo simulate FIRST..LAST [--kind K] [--steps N] [--shrink]`: lives random lives on all cores. Prints every seed that fails,
//! with a short history; what it prints for a seed is the same every time.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use sitesync_testkit::simulation::{KINDS, Kind, STEPS, draw, live, shrink};

/// What was asked for.
struct Wish {
    first: u64,
    last: u64,
    kind: Option<Kind>,
    steps: usize,
    shrink: bool,
}

/// The seeds that everything that is checked in has to pass.
const SEEDS: u64 = 20_000;

/// More failing seeds than these tell nothing new.
const FAILURES_MAX: usize = 20;

fn main() -> ExitCode {
    let wish = match wish(std::env::args().skip(1)) {
        Ok(wish) => wish,
        Err(text) => {
            eprintln!("{text}\nusage: cargo simulate [FIRST..LAST] [--kind K] [--steps N] [--shrink]");
            return ExitCode::from(2);
        }
    };
    // A panic of a life is told with its history.
    std::panic::set_hook(Box::new(|_| ()));
    let (next, failing) = (AtomicU64::new(wish.first), Mutex::new(Vec::new()));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| work(&wish, &next, &failing));
        }
    });
    let failing = failing.into_inner().unwrap_or_default();
    println!("{} lives of {} steps, {} failed", wish.last - wish.first, wish.steps, failing.len());
    if failing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn work(wish: &Wish, next: &AtomicU64, failing: &Mutex<Vec<u64>>) {
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        let full = failing.lock().is_ok_and(|failing| failing.len() >= FAILURES_MAX);
        if seed >= wish.last || full {
            return;
        }
        if let Some(text) = fails(wish, seed)
            && let Ok(mut failing) = failing.lock()
        {
            failing.push(seed);
            println!("{text}");
        }
    }
}

/// How a seed fails, if it does.
fn fails(wish: &Wish, seed: u64) -> Option<String> {
    let kind = wish.kind.unwrap_or(Kind::of_seed(seed));
    let plan = draw(seed, kind, wish.steps);
    let failure = live(&plan).err()?;
    let head = format!("seed {seed} of kind {} fails", kind.name);
    if !wish.shrink {
        return Some(format!("{head}: {}: {}", failure.broken.rule, failure.broken.text));
    }
    let (plan, failure) = shrink(&plan)?;
    Some(format!("{head} (pages of {}, jobs {}): {failure}", plan.page, if plan.lazy { "wait" } else { "at once" }))
}

fn wish(arguments: impl Iterator<Item = String>) -> Result<Wish, String> {
    let mut wish = Wish { first: 0, last: SEEDS, kind: None, steps: STEPS, shrink: false };
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} wants a value"));
        match &*argument {
            "--shrink" => wish.shrink = true,
            "--steps" => wish.steps = number(&value()?)? as usize,
            "--kind" => wish.kind = Some(kind(&value()?)?),
            range => {
                let (first, last) =
                    range.split_once("..").ok_or_else(|| format!("\"{range}\" is not a range of seeds"))?;
                (wish.first, wish.last) = (number(first)?, number(last)?);
            }
        }
    }
    if wish.first > wish.last { Err("the range is empty".to_owned()) } else { Ok(wish) }
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("\"{text}\" is not a number"))
}

fn kind(name: &str) -> Result<Kind, String> {
    let names: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
    Kind::named(name).ok_or_else(|| format!("\"{name}\" is not one of {}", names.join(", ")))
}
