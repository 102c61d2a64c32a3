//! Rounds: all contestants in turns, of whom each goes first in its turn.

use std::fmt::Write as _;
use std::fs;
use std::thread::sleep;
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::contestant::{Contestant, target};
use crate::floor::{self, Engine, Limits, Recording, Result};
use crate::row::{Figure, Row};
use crate::stack::Stack;

/// What the engine gets to finish what a `down` has left to it, so that the next one does not pay for it.
const REST: Duration = Duration::from_millis(500);
/// How many containers at once are tried for the floor, and how often; all of them, too.
const LIMITS: [usize; 4] = [4, 6, 10, 16];
const TRIES: usize = 2;
/// After the small commands there is less to finish.
const SHORT_REST: Duration = Duration::from_millis(50);

/// The numbers of one row, in seconds or bytes: one list per contestant, in their order; the floor's may be empty.
pub(crate) struct Measured<'a> {
    pub(crate) row: &'a Row,
    pub(crate) numbers: [Vec<f64>; Contestant::ALL.len()],
    /// Why it could not be measured to the end: somebody failed, or was early.
    pub(crate) failure: Option<String>,
}

impl<'a> Measured<'a> {
    fn new(row: &'a Row) -> Self {
        Self {
            row,
            numbers: Default::default(),
            failure: None,
        }
    }
}

/// Where the stacks are raised, and how often.
pub(crate) struct Bench<'a> {
    pub(crate) host: &'a str,
    pub(crate) engine: &'a Engine,
    pub(crate) runtime: &'a Runtime,
    pub(crate) rounds: usize,
}

impl Bench<'_> {
    /// Measures these rows of one stack; where somebody fails, the other stacks are measured all the same.
    pub(crate) fn measure<'a>(&self, stack: &Stack, rows: &[&'a Row]) -> Vec<Measured<'a>> {
        let mut all: Vec<Measured> = rows.iter().map(|row| Measured::new(row)).collect();
        if let Err(error) = self.measure_all(stack, rows, &mut all) {
            eprintln!("{}: {error}", stack.name);
            for measured in &mut all {
                measured.failure = Some(error.to_string());
            }
            for who in [Contestant::Windlass, Contestant::Compose] {
                let _ = who.clear(stack, self.host);
            }
        }
        all
    }

    fn measure_all(&self, stack: &Stack, rows: &[&Row], all: &mut [Measured]) -> Result<()> {
        let needs_engine = |row: &&Row| row.figure.stands() || row.figure.cycles();
        if rows.iter().any(needs_engine) {
            let stands = rows.iter().any(|row| row.figure.stands());
            self.prepare(stack, stands)?;
        }
        for measured in all.iter_mut().filter(|row| row.row.figure.stands()) {
            self.command(stack, measured)?;
        }
        if rows.iter().any(needs_engine) {
            for who in [Contestant::Windlass, Contestant::Compose] {
                who.down(stack, self.host)?;
            }
        }
        if rows.iter().any(|row| row.figure.cycles()) {
            if stack.is_wide {
                self.find_limits(stack)?;
            }
            self.cycle(stack, all)?;
        }
        for measured in &mut *all {
            if matches!(measured.row.figure, Figure::Size) {
                for (who, numbers) in Contestant::ALL.iter().zip(&mut measured.numbers).take(2) {
                    numbers.push(float(who.size()?));
                }
            }
        }
        if rows.iter().any(needs_engine) {
            // The floor's volume is windlass's.
            for who in [Contestant::Windlass, Contestant::Compose] {
                who.clear(stack, self.host)?;
            }
        }
        Ok(())
    }

    /// A first time that is not measured: builds the image, fills the volumes, and records windlass's containers for
    /// the floor. Where the stack is to stand, it stands twice afterwards.
    fn prepare(&self, stack: &Stack, stands: bool) -> Result<()> {
        eprintln!("{}: the first time", stack.name);
        for who in [Contestant::Windlass, Contestant::Compose] {
            // What an interrupted run has left.
            who.down(stack, self.host)?;
            who.up(stack, self.host)?;
            self.check(stack, who)?;
            let project = who.project(stack);
            if stack.ends {
                self.runtime.block_on(floor::ended(self.engine, &project))?;
            }
            if who == Contestant::Windlass {
                let recording = Recording::of(self.engine, &project, stack);
                let recording = self.runtime.block_on(recording)?;
                recording.write(&stack.recording())?;
            }
            if !stands {
                // Two of them may want the same port.
                who.down(stack, self.host)?;
            }
        }
        Ok(())
    }

    /// Finds out how many containers this engine starts, and stops, at once to be done the soonest: the floor does it so.
    fn find_limits(&self, stack: &Stack) -> Result<()> {
        let path = stack.recording();
        let mut recording = Recording::read(&path)?;
        let unlimited = recording.limits;
        let size = recording.size();
        let (mut best, mut soonest) = (unlimited, [Duration::MAX; 2]);
        for limit in LIMITS
            .into_iter()
            .filter(|limit| *limit < size)
            .chain([size])
        {
            recording.limits = Limits {
                starts: limit,
                stops: limit,
            };
            recording.write(&path)?;
            let mut taken = [Duration::MAX; 2];
            for _ in 0..TRIES {
                sleep(REST);
                taken[0] = taken[0].min(Contestant::Floor.up(stack, self.host)?.time);
                sleep(REST);
                taken[1] = taken[1].min(Contestant::Floor.down(stack, self.host)?);
            }
            eprintln!("{}: floor with {limit} at once: {taken:.2?}", stack.name);
            if taken[0] < soonest[0] {
                (soonest[0], best.starts) = (taken[0], limit);
            }
            if taken[1] < soonest[1] {
                (soonest[1], best.stops) = (taken[1], limit);
            }
        }
        recording.limits = best;
        recording.write(&path)
    }

    /// Rounds of ups and downs.
    fn cycle(&self, stack: &Stack, all: &mut [Measured]) -> Result<()> {
        let has_floor = all.iter().any(|row| row.row.of_floor.is_some());
        for round in 0..self.rounds {
            let mut line = format!("{} {}/{}:", stack.name, round + 1, self.rounds);
            for (place, who) in turns(round, has_floor) {
                sleep(REST);
                let up = who.up(stack, self.host)?;
                self.check(stack, who)?;
                sleep(REST);
                let down = who.down(stack, self.host)?;
                for measured in &mut *all {
                    match measured.row.figure {
                        Figure::Up => measured.numbers[place].push(up.time.as_secs_f64()),
                        Figure::Down => measured.numbers[place].push(down.as_secs_f64()),
                        Figure::Peak => measured.numbers[place].push(float(up.peak)),
                        Figure::Command { .. } | Figure::Size => {}
                    }
                }
                let (name, up, down) = (who.name(), up.time.as_secs_f64(), down.as_secs_f64());
                write!(line, " {name} {up:.2} s up, {down:.2} s down;")?;
            }
            eprintln!("{}", line.trim_end_matches(';'));
        }
        Ok(())
    }

    /// Rounds of one command.
    fn command(&self, stack: &Stack, measured: &mut Measured) -> Result<()> {
        let row = measured.row;
        // Nobody pays for what only the first one does.
        for round in 0..=self.rounds {
            let mut line = format!("{} {round}/{}:", row.name, self.rounds);
            for (place, who) in turns(round, row.of_floor.is_some()) {
                sleep(SHORT_REST);
                let taken = who.run(stack, self.host, who.spelling(row.figure))?;
                let size = fs::metadata(target().join("bench/output"))?.len();
                write!(
                    line,
                    " {} {:.4} s ({size} B)",
                    who.name(),
                    taken.as_secs_f64()
                )?;
                if round > 0 {
                    measured.numbers[place].push(taken.as_secs_f64());
                }
            }
            eprintln!("{line}");
        }
        Ok(())
    }

    /// Nobody may say that a stack is ready before it is.
    fn check(&self, stack: &Stack, who: Contestant) -> Result<()> {
        let Some(service) = stack.never_early else {
            return Ok(());
        };
        let project = who.project(stack);
        self.runtime
            .block_on(floor::came_up_once(self.engine, &project, service))
            .map_err(|error| format!("{} was early: {error}", who.name()).into())
    }
}

/// Who has a turn, with their places in the table.
fn turns(round: usize, has_floor: bool) -> impl Iterator<Item = (usize, Contestant)> {
    let count = if has_floor { 3 } else { 2 };
    (0..count).map(move |turn| {
        let place = (round + turn) % count;
        (place, Contestant::ALL[place])
    })
}

/// Bytes of files and processes are far below what is not exact any more.
#[expect(clippy::cast_precision_loss, reason = "see above")]
fn float(bytes: u64) -> f64 {
    bytes as f64
}
