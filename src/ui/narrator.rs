//! The narrator: writes the story of a plan while it is applied, in the user's [`Mode`].

use std::io::Write;
use std::time::{Duration, Instant};

use super::change::{Changes, Standing, Update};
use super::color::{BAD, DOUBT};
use super::mask::Mask;
use super::tty::{Size, Tty};
use super::{Color, Mode, json, plain};
use crate::engine::BuildProgress;
use crate::label;
use crate::plan::{Plan, StepId};
use crate::reconcile::{Event, Progress};

/// How often live lines want to be drawn again when nothing happens.
pub const TICK: Duration = Duration::from_millis(100);

/// Writes what happens while a plan is applied.
///
/// On a terminal it hides the cursor; [`Narrator::finish`], or dropping it, brings it back.
pub struct Narrator<'p, W: Write> {
    plan: &'p Plan,
    changes: Changes<'p>,
    out: W,
    color: Color,
    mask: Mask,
    form: Form,
    pulls: bool,
    builds: bool,
}

enum Form {
    Tty(Tty),
    Plain,
    Json,
    Quiet,
}

impl<'p, W: Write> Narrator<'p, W> {
    /// Begins the story of a plan; `title` is the command.
    pub fn new(mode: Mode, title: &str, color: Color, mask: Mask, plan: &'p Plan, out: W) -> Self {
        let form = match mode {
            Mode::Tty => Form::Tty(Tty::new(title, color, Instant::now())),
            Mode::Plain => Form::Plain,
            Mode::Json => Form::Json,
            Mode::Quiet => Form::Quiet,
        };
        let mut narrator = Self {
            plan,
            changes: Changes::new(plan),
            out,
            color,
            mask,
            form,
            pulls: true,
            builds: true,
        };
        for update in narrator.changes.unchanged() {
            narrator.tell(&update);
        }
        narrator
    }

    /// Leaves out the progress of pulls (`--quiet-pull`).
    pub fn leave_out_pulls(&mut self) {
        self.pulls = false;
    }

    /// Leaves out the steps and the output of builds (`--quiet-build`).
    pub fn leave_out_builds(&mut self) {
        self.builds = false;
    }

    /// Tells of an event, if people want to know.
    pub fn event(&mut self, event: &Event) {
        if !self.builds && is_of_build(event) {
            return;
        }
        if let Event::Progress {
            step,
            progress: Progress::Output(line),
        } = event
        {
            self.output(*step, line);
        }
        if let Some(update) = self.changes.update(event)
            && (self.pulls || update.parent.is_none())
        {
            self.tell(&update);
        }
    }

    /// Draws live lines again; call it every [`TICK`].
    pub fn tick(&mut self) {
        if let Form::Tty(tty) = &mut self.form {
            let picture = tty.draw(Instant::now(), terminal());
            self.write(&picture);
        }
    }

    /// Tells people something that belongs to no resource, on a line of its own.
    pub fn note(&mut self, line: &str) {
        match &mut self.form {
            Form::Tty(tty) => {
                let picture = format!(
                    "{}{line}\n{}",
                    tty.erase(),
                    tty.draw(Instant::now(), terminal())
                );
                self.write(&picture);
            }
            Form::Plain => self.write(&format!("{line}\n")),
            Form::Json | Form::Quiet => {}
        }
    }

    /// Writes a line that a command in a container printed, as logs show it.
    fn output(&mut self, step: StepId, line: &str) {
        let Some(step) = self.plan.steps.get(step) else {
            return;
        };
        let short = label::short_name(step.resource.name(), self.plan.project.as_str());
        let line = self.mask.text(line);
        self.note(&format!("{short}  | {line}"));
    }

    /// Ends the story: the last picture stays.
    pub fn finish(&mut self) {
        if let Form::Tty(tty) = &mut self.form {
            let picture = tty.finish(Instant::now(), terminal());
            self.write(&picture);
            self.form = Form::Quiet;
        }
    }

    fn tell(&mut self, update: &Update) {
        let mut update = update.clone();
        update.details = self.mask.text(&update.details);
        if update.aside && matches!(self.form, Form::Tty(_)) {
            let line = format!("{}: {}", update.id, update.text);
            return self.note(&self.color.paint(DOUBT, &line));
        }
        match &mut self.form {
            Form::Tty(tty) => {
                let now = Instant::now();
                tty.update(&update, now);
                // Progress of layers comes in floods; the next tick shows it.
                if !update.passing {
                    let picture = tty.draw(now, terminal());
                    self.write(&picture);
                }
            }
            Form::Plain => {
                if let Some(line) = plain::line(&update) {
                    let line = match update.standing {
                        Standing::Error => self.color.paint(BAD, &line),
                        Standing::Warning => self.color.paint(DOUBT, &line),
                        Standing::Working | Standing::Done => line,
                    };
                    self.write(&line);
                }
            }
            Form::Json => self.write(&json::line(&update)),
            Form::Quiet => {}
        }
    }

    /// Nobody reads a closed stream, and that is no reason to leave a plan half done.
    fn write(&mut self, text: &str) {
        let _ = self.out.write_all(text.as_bytes());
        let _ = self.out.flush();
    }
}

impl<W: Write> Drop for Narrator<'_, W> {
    fn drop(&mut self) {
        self.finish();
    }
}

fn is_of_build(event: &Event) -> bool {
    matches!(
        event,
        Event::Progress {
            progress: Progress::Build(
                BuildProgress::Builder(_)
                    | BuildProgress::Step { .. }
                    | BuildProgress::StepDone { .. }
                    | BuildProgress::Output { .. }
            ),
            ..
        }
    )
}

/// The size of the terminal that progress is written to; it may change at any time.
fn terminal() -> Size {
    let size = terminal_size::terminal_size_of(std::io::stderr())
        .or_else(|| terminal_size::terminal_size_of(std::io::stdout()));
    match size {
        Some((terminal_size::Width(columns), terminal_size::Height(rows))) if columns > 0 => Size {
            columns: usize::from(columns),
            rows: usize::from(rows),
        },
        _ => Size {
            columns: 80,
            rows: 24,
        },
    }
}
