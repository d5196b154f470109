//! Asking for one panel's data: when it is near, again in its interval, and only the newest question counts.

use std::{cell::RefCell, rc::Rc};

use crate::prelude::*;
use porthole_model::{PanelAnswer, code};

use crate::{
    api::{self, Failure},
    browser,
    query::{Query, segment},
    retry,
    sorting::TableQuery,
    stores::{Board, Drawing, Preferences, Session, Stage, Wishes},
    surface::Surface,
    time::{format, range::Range},
};

/// Refreshing faster than this shows no bar, in milliseconds.
const PATIENCE: u32 = 300;
/// Milliseconds between two looks at whether it is time to ask again.
const STEP: u32 = 1_000;

/// One panel's data and how it is doing.
#[derive(Clone, Copy)]
pub(crate) struct Loader {
    /// The newest answer; an older one stays until a newer one is there.
    pub answer: Signal<Option<Rc<PanelAnswer>>>,
    /// Why there is no newer one.
    pub failure: Signal<Option<Rc<Failure>>>,
    /// A question has been running for longer than [`PATIENCE`].
    pub is_slow: Signal<bool>,
    /// When the newest answer came; milliseconds since the epoch.
    pub received_at: Signal<i64>,
    /// When the newest question was over, whether or not there was an answer; milliseconds since the epoch.
    tried_at: Signal<i64>,
    /// When it is asked again after a failure of a plugin that rests; milliseconds since the epoch, 0: not by itself.
    pub rests_until: Signal<i64>,
    /// What the reader asked of a table.
    pub wishes: Wishes,
    /// How the reader wants a chart.
    pub drawing: Drawing,
    /// Why the last export failed.
    pub export_failure: Signal<Option<Rc<Failure>>>,
    /// Whether points are asked for as they were stored.
    pub raw: ReadSignal<bool>,
    /// The range that the newest answer is of.
    answered_range: Signal<Option<Range>>,
    /// Whether no host is reached, for all panels together.
    is_cut_off: Option<Signal<bool>>,
    /// Counts how often the reader asked for fresh data of this panel.
    asked: Signal<u32>,
}

/// Which panel is asked for, and how.
pub(crate) struct Subject {
    /// The panel's id.
    pub id: String,
    /// Seconds; until an answer says otherwise.
    pub refresh_interval: u32,
    /// Whether somebody sees it, or soon will.
    pub near: ReadSignal<bool>,
    /// Where its view is shown, for panels that draw.
    pub surface: ReadSignal<Option<Surface>>,
    /// Whether its view may have times written in it, and so depends on the reader's zone.
    pub writes_times: bool,
    /// Whether points are asked for as they were stored.
    pub raw: ReadSignal<bool>,
    /// Rows on a page of a table, where the panel is shown alone; none: it is on its dashboard, and they are as it says.
    pub page_size: Option<u32>,
}

/// What an answer depends on.
#[derive(Clone, PartialEq)]
struct Question {
    range: Range,
    wishes: TableQuery,
    surface: Option<Surface>,
    zone: Option<String>,
    raw: bool,
    asked: (u32, u32),
}

impl Loader {
    /// Starts asking as soon as the panel is near.
    pub fn start(board: &Board, subject: &Subject) -> Self {
        let &Subject {
            near,
            surface,
            raw,
            writes_times,
            ..
        } = subject;
        let preferences = use_context::<Preferences>();
        let this = Self::of(
            raw,
            Wishes::in_address(&subject.id, subject.page_size),
            Drawing::in_address(&subject.id),
        );
        let session = use_context::<Session>();
        let board = board.clone();
        let path = format!("/panels/{}/data", segment(&subject.id));
        let own_interval = subject.refresh_interval;
        let answered: Rc<RefCell<Option<Question>>> = Rc::default();

        create_effect(move || {
            let question = Question {
                range: board.range.get_clone(),
                wishes: this.wishes.get_clone(),
                surface: surface.get(),
                zone: writes_times.then(|| preferences.zone().told()).flatten(),
                raw: raw.get(),
                asked: (board.asked.get(), this.asked.get()),
            };
            if !near.get() {
                return;
            }
            // Ends with this run of the effect: a newer question takes its place.
            let (board, path, answered) = (board.clone(), path.clone(), answered.clone());
            let running: Rc<RefCell<Option<web_sys::AbortController>>> = Rc::default();
            on_cleanup({
                let running = running.clone();
                move || {
                    if let Some(controller) = running.borrow_mut().take() {
                        controller.abort();
                    }
                }
            });
            browser::spawn_scoped(async move {
                let mut due = answered.borrow().as_ref() != Some(&question);
                // Data that the host may have kept is good enough, unless the reader asked for fresh data.
                let mut fresh = due
                    && answered
                        .borrow()
                        .as_ref()
                        .map_or(question.asked != (0, 0), |a| a.asked != question.asked);
                loop {
                    if due {
                        let asked = Ask {
                            board: &board,
                            path: &path,
                            question: &question,
                            fresh,
                        };
                        if !this.ask(asked, &running, session).await {
                            return;
                        }
                        *answered.borrow_mut() = Some(question.clone());
                        fresh = false;
                    }
                    browser::sleep(STEP).await;
                    let interval = this
                        .answer
                        .with_untracked(|a| a.as_ref().map_or(own_interval, |a| a.refresh_interval));
                    let waited = browser::now() - this.tried_at.get_untracked();
                    let has_failed = this.failure.with_untracked(Option::is_some);
                    due = !browser::is_hidden()
                        && board
                            .refresh
                            .get_untracked()
                            .wait(interval, has_failed)
                            .is_some_and(|wait| waited >= i64::from(wait));
                }
            });
        });
        this
    }

    /// Shows what it is given and asks nobody.
    pub fn still(answer: Option<PanelAnswer>, failure: Option<Failure>) -> Self {
        let this = Self::of(*create_signal(false), Wishes::here(), Drawing::here());
        this.answer.set(answer.map(Rc::new));
        this.failure.set(failure.map(Rc::new));
        this
    }

    fn of(raw: ReadSignal<bool>, wishes: Wishes, drawing: Drawing) -> Self {
        Self {
            answer: create_signal(None),
            failure: create_signal(None),
            is_slow: create_signal(false),
            received_at: create_signal(0),
            tried_at: create_signal(0),
            rests_until: create_signal(0),
            wishes,
            drawing,
            export_failure: create_signal(None),
            raw,
            answered_range: create_signal(None),
            is_cut_off: try_use_context::<Stage>().map(|stage| stage.is_cut_off),
            asked: create_signal(0),
        }
    }

    /// Asks for fresh data of this panel.
    pub fn ask_again(self) {
        self.asked.set(self.asked.get_untracked() + 1);
    }

    /// Where what the panel shows right now can be had as a file of this format, all pages of it.
    pub fn export_path(self, board: &Board, id: &str, format: &str) -> String {
        let mut query = window(board);
        TableQuery {
            page: None,
            page_size: None,
            ..self.wishes.get_clone_untracked()
        }
        .write(&mut query);
        if self.raw.get_untracked() {
            query.push("disable_aggregation", "true");
        }
        query.push("format", format);
        format!("/panels/{}/export{}", segment(id), query.to_text())
    }

    /// Asks until there is an answer or no hope; false: nothing more to do until the reader does something.
    async fn ask(
        self,
        ask: Ask<'_>,
        running: &Rc<RefCell<Option<web_sys::AbortController>>>,
        session: Session,
    ) -> bool {
        let mut failed = 0;
        loop {
            let controller = web_sys::AbortController::new().ok();
            let signal = controller.as_ref().map(web_sys::AbortController::signal);
            *running.borrow_mut() = controller;
            let is_over = Rc::new(std::cell::Cell::new(false));
            self.watch(is_over.clone());
            let answer =
                api::get::<PanelAnswer>(&ask.address(), Some(&ask.board.tenant), signal.as_ref()).await;
            is_over.set(true);
            running.borrow_mut().take();
            if self.is_slow.get_untracked() {
                self.is_slow.set(false);
            }
            let is_unreachable = matches!(answer, Err(Failure::Unreachable));
            if let Some(is_cut_off) = self.is_cut_off
                && !matches!(answer, Err(Failure::Cancelled))
                && is_cut_off.get_untracked() != is_unreachable
            {
                is_cut_off.set(is_unreachable);
            }
            let failure = match answer {
                Ok(answer) => {
                    self.received_at.set(browser::now());
                    self.tried_at.set(browser::now());
                    self.answered_range.set(Some(ask.question.range.clone()));
                    self.answer.set(Some(Rc::new(answer)));
                    if self.failure.with_untracked(Option::is_some) {
                        self.failure.set(None);
                    }
                    return true;
                }
                Err(Failure::Cancelled) => return false,
                Err(failure) => failure,
            };
            if failure.status() == Some(401) {
                session.lost();
                return false;
            }
            if failure.is_withdrawal() {
                ask.board.doubt();
            }
            failed += 1;
            let now = browser::now();
            let rests_until = if failure.is(code::PLUGIN_RESTING) {
                let at = failure.problem().and_then(|problem| problem.retry_at.as_deref());
                retry::end_of_rest(failure.retry_after(), at.and_then(format::parse_rfc3339), now)
            } else {
                0
            };
            let (asked, chance) = (failure.retry_after(), js_sys::Math::random());
            let is_busy = failure.is(code::BUSY);
            let wait = if rests_until > 0 {
                // Readers of the same panel are spread over a second.
                u32::try_from(rests_until - now + (chance * 1_000.0) as i64).ok()
            } else if is_busy {
                retry::delay_while_busy(failed, asked, chance)
            } else if failure.is_passing() {
                Some(retry::delay(failed, asked, chance))
            } else {
                None
            };
            self.rests_until.set(rests_until);
            // A host that is busy, as with compiling a plugin, is waited for in silence.
            if !(is_busy && wait.is_some()) {
                self.failure.set(Some(Rc::new(failure)));
            }
            // What is kept is another range's: it must not stand under the name of the one that did not come.
            let is_of_another = self
                .answered_range
                .with_untracked(|range| range.as_ref() != Some(&ask.question.range));
            if is_of_another && self.answer.with_untracked(Option::is_some) {
                self.answer.set(None);
            }
            match wait {
                Some(wait) => browser::nap(wait).await,
                None => {
                    // The next interval may fare better.
                    self.tried_at.set(browser::now());
                    return true;
                }
            }
        }
    }

    /// Shows the bar when a question takes long.
    fn watch(self, is_over: Rc<std::cell::Cell<bool>>) {
        browser::spawn_scoped(async move {
            browser::sleep(PATIENCE).await;
            if !is_over.get() && !self.is_slow.get_untracked() {
                self.is_slow.set(true);
            }
        });
    }
}

/// One question to the host.
struct Ask<'a> {
    board: &'a Board,
    path: &'a str,
    question: &'a Question,
    fresh: bool,
}

impl Ask<'_> {
    fn address(&self) -> String {
        let mut query = window(self.board);
        self.question.wishes.write(&mut query);
        if let Some(surface) = self.question.surface {
            surface.write(&mut query);
        }
        if let Some(zone) = &self.question.zone {
            query.push("tz", zone);
        }
        if self.question.raw {
            query.push("disable_aggregation", "true");
        }
        if self.fresh {
            query.push("fresh", "true");
        }
        format!("{}{}", self.path, query.to_text())
    }
}

/// The instants that are meant right now.
fn window(board: &Board) -> Query {
    let window = board.question();
    let mut query = Query::default();
    query
        .push("start_date", format::rfc3339(window.start))
        .push("end_date", format::rfc3339(window.end));
    query
}
