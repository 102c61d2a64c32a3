//! Random input for everything that reads a text: examples and pieces of the grammar, changed at random. Tests only.
//!
//! `cargo test` takes a few hundred inputs from a fixed seed. `WINDLASS_FUZZ_SECONDS` (`make fuzz`) goes on for that
//! long from a random seed, or from `WINDLASS_FUZZ_SEED`. What fails is told as small as it could be made, with the seed
//! whose first input it is.

mod change;
mod minimum;
mod random;

pub(crate) use random::Random;

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How many inputs are tried where no time is given.
const INPUTS: u64 = 400;
/// The seed where none is given.
const SEED: u64 = 2_204;
/// Longer than this takes no input, on however busy a machine.
const DEADLINE: Duration = Duration::from_secs(30);
/// One input of so many has a part that is repeated until it is large.
const LARGE: u64 = 100;
/// Below this nobody asks what the time grows with.
const QUICK: Duration = Duration::from_millis(300);
/// From here on the time on a processor is known well enough.
const EXACT: Duration = Duration::from_millis(100);
/// The stack of a program's main thread.
const STACK: usize = 8 * 1024 * 1024;

/// What a reader is tried with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grammar {
    /// Whole texts to begin with; never empty.
    pub(crate) examples: Vec<String>,
    /// Words and signs that mean something in them.
    pub(crate) pieces: &'static [&'static str],
}

/// What must hold for every text: no panic, and no `Err`, which says what is wrong.
pub(crate) type Check = fn(&str) -> Result<(), String>;

/// Tries inputs made from a grammar until one fails or the time is over.
pub(crate) fn run(grammar: Grammar, check: Check) {
    assert!(!grammar.examples.is_empty(), "there are no examples");
    let campaign = Campaign::of_environment();
    let trying = Arc::new(Mutex::new((campaign.seed, String::new())));
    let (told, results) = mpsc::channel();
    let shared = Arc::clone(&trying);
    let work = move || campaign.work(&grammar, check, &shared, &told);
    std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(work)
        .expect("a thread starts");
    loop {
        match results.recv_timeout(DEADLINE) {
            Ok(None) => {}
            Ok(Some(failure)) => panic!("{failure}"),
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                let (seed, input) = trying.lock().expect("nobody panics with it").clone();
                panic!("seed {seed}: no end after {DEADLINE:?} with\n{input}");
            }
        }
    }
}

/// How many inputs are tried, and which.
struct Campaign {
    seed: u64,
    time: Option<Duration>,
}

impl Campaign {
    fn of_environment() -> Self {
        let number = |name: &str| std::env::var(name).ok()?.parse().ok();
        let time = number("WINDLASS_FUZZ_SECONDS").map(Duration::from_secs);
        let seed = number("WINDLASS_FUZZ_SEED").unwrap_or(SEED);
        Self { seed, time }
    }

    fn work(
        &self,
        grammar: &Grammar,
        check: Check,
        trying: &Mutex<(u64, String)>,
        told: &mpsc::Sender<Option<String>>,
    ) {
        let begun = Instant::now();
        let goes_on = |count| match self.time {
            Some(time) => begun.elapsed() < time,
            None => count < INPUTS,
        };
        let mut count = 0;
        while goes_on(count) {
            let seed = self.seed.wrapping_add(count);
            let mut random = Random::new(seed);
            let input = change::input(grammar, &mut random);
            let large = random
                .one_in(LARGE)
                .then(|| change::large(&input, self.size(), &mut random));
            let text = large.as_ref().map_or(input, change::Large::text);
            *trying.lock().expect("nobody panics with it") = (seed, text.clone());
            let started = Instant::now();
            let result = outcome(check, &text);
            let took = started.elapsed();
            let failure = match (result, large) {
                (Err(why), _) => {
                    let fails = |text: &str| {
                        let _ = told.send(None);
                        outcome(check, text).is_err()
                    };
                    let small = minimum::of(&text, fails);
                    let why = outcome(check, &small).err().unwrap_or(why);
                    Some(format!(
                        "seed {seed}: {why}\nwith {small:?}, which is\n{small}\n"
                    ))
                }
                (Ok(()), Some(large)) if self.time.is_some() && took > QUICK => {
                    slow(check, &large).map(|why| format!("seed {seed}: {why}"))
                }
                (Ok(()), _) => None,
            };
            // Where nobody listens any more, the test is over.
            if told.send(failure).is_err() {
                return;
            }
            count += 1;
        }
    }

    /// How many bytes a large input has.
    fn size(&self) -> usize {
        if self.time.is_some() { 65_536 } else { 8_192 }
    }
}

/// Whether the time of a large input grows faster than its size: four times the size may take ten times as long. Counted
/// is the time on a processor, which others cannot lengthen; where the system doesn't tell it, nothing is.
fn slow(check: Check, large: &change::Large) -> Option<String> {
    let time = |text: &str| {
        let once = |_| {
            let before = on_processor()?;
            let _ = outcome(check, text);
            Some(on_processor()?.saturating_sub(before))
        };
        (0..3).filter_map(once).min()
    };
    let (whole, quarter) = (time(&large.text())?, time(&large.quarter().text())?);
    let counts = whole > EXACT && whole > quarter * 10;
    counts.then(|| format!("{whole:?} for four times what takes {quarter:?}: {large:?}"))
}

/// How long this thread has had a processor, to a few milliseconds.
fn on_processor() -> Option<Duration> {
    let times = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = times.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

fn outcome(check: Check, text: &str) -> Result<(), String> {
    catch_unwind(|| check(text)).unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().map(String::as_str);
        let words = words.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(format!("panic: {}", words.unwrap_or("without words")))
    })
}

/// Whether a range of bytes lies in a text, at the borders of characters.
pub(crate) fn inside(text: &str, range: &std::ops::Range<usize>) -> Result<(), String> {
    match text.get(range.clone()) {
        Some(_) => Ok(()),
        None => Err(format!("{range:?} is no part of the {} bytes", text.len())),
    }
}

/// The texts of all files of these kinds among the examples and the tests.
pub(crate) fn files(extensions: &[&str]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in ["examples", "tests"] {
        list(&root.join(folder), extensions, &mut paths);
    }
    // The order of a folder is not the same everywhere.
    paths.sort();
    let texts = paths
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok());
    texts.collect()
}

fn list(folder: &Path, extensions: &[&str], paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder)
        .expect("a folder of the repository")
        .flatten()
    {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            list(&path, extensions, paths);
        } else if extensions.iter().any(|extension| name.ends_with(extension)) {
            paths.push(path);
        }
    }
}

#[test]
fn a_failing_input_is_told_small_and_with_its_seed() {
    let grammar = Grammar {
        examples: vec!["one\ntwo\nthree\n".to_owned()],
        pieces: &["four"],
    };
    let told = catch_unwind(|| {
        run(grammar, |text| match text.find("four") {
            Some(_) => Err("four is too many".to_owned()),
            None => Ok(()),
        });
    });
    let told = told.expect_err("four is among the inputs");
    let told = told.downcast_ref::<String>().expect("words");
    assert!(
        told.contains(": four is too many\nwith \"four\","),
        "{told}"
    );
    assert!(told.starts_with("seed "), "{told}");
}
