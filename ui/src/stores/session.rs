//! Who is logged in.

use std::rc::Rc;

use crate::prelude::*;
use porthole_model::{LoginRequest, Me, Role};

use super::Location;
use crate::{
    api::{self, Failure},
    browser,
    query::Query,
};

/// What is known about the reader.
#[derive(Clone)]
pub(crate) enum Who {
    /// The host has been asked.
    Asking,
    /// Nobody is logged in.
    Nobody,
    /// This user is.
    Known(Rc<Me>),
    /// The host does not answer.
    Unknown(Rc<Failure>),
}

/// The session.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    who: Signal<Who>,
    location: Location,
}

impl Session {
    /// Asks the host who is logged in.
    pub fn open(location: Location) -> Self {
        let this = Self {
            who: create_signal(Who::Asking),
            location,
        };
        this.ask();
        this
    }

    /// Of a reader who is known already.
    pub fn of(location: Location, me: Me) -> Self {
        Self {
            who: create_signal(Who::Known(Rc::new(me))),
            location,
        }
    }

    /// Asks again.
    pub fn ask(self) {
        self.who.set(Who::Asking);
        browser::spawn_local(async move {
            self.who.set(match api::get::<Me>("/auth/me", None, None).await {
                Ok(me) => Who::Known(Rc::new(me)),
                Err(failure) if failure.status() == Some(401) => Who::Nobody,
                Err(failure) => Who::Unknown(Rc::new(failure)),
            });
        });
    }

    /// Tracked.
    pub fn who(self) -> Who {
        self.who.get_clone()
    }

    /// Not tracked.
    pub fn who_untracked(self) -> Who {
        self.who.get_clone_untracked()
    }

    /// Tracked.
    pub fn me(self) -> Option<Rc<Me>> {
        match self.who.get_clone() {
            Who::Known(me) => Some(me),
            _ => None,
        }
    }

    /// Whether the reader may publish plugins for this tenant. Tracked.
    pub fn may_publish(self, tenant: &str) -> bool {
        self.role_in(tenant).is_some_and(|role| role >= Role::Editor)
    }

    /// Whether the reader may say who is in this tenant. Tracked.
    pub fn administers(self, tenant: &str) -> bool {
        self.role_in(tenant) == Some(Role::Admin)
    }

    /// Whether the reader administers the host. Tracked.
    pub fn is_admin(self) -> bool {
        self.me().is_some_and(|me| me.is_admin)
    }

    fn role_in(self, tenant: &str) -> Option<Role> {
        let me = self.me()?;
        Some(me.tenants.iter().find(|known| known.id == tenant)?.role)
    }

    /// Logs in.
    pub async fn log_in(self, email: String, password: String) -> Result<(), Failure> {
        let me: Me = api::post("/auth/login", &LoginRequest { email, password }).await?;
        self.who.set(Who::Known(Rc::new(me)));
        Ok(())
    }

    /// Logs out, and shows the login page: by way of the identity provider, where the login is its.
    pub fn log_out(self) {
        browser::spawn_local(async move {
            // Whatever the host says: the reader wanted to leave.
            if let Ok(Some(address)) = api::leave().await
                && web_sys::window().is_some_and(|window| window.location().assign(&address).is_ok())
            {
                return;
            }
            self.who.set(Who::Nobody);
            self.location.go("/login");
        });
    }

    /// The host no longer knows this session: to the login page, and later back here.
    pub fn lost(self) {
        if matches!(self.who.get_clone_untracked(), Who::Known(_)) {
            self.who.set(Who::Nobody);
        }
    }

    /// The login page's address, with the way back.
    pub fn login_address(self) -> String {
        let here = self.location.text();
        let mut query = Query::default();
        if here != "/" {
            query.push("next", here);
        }
        format!("/login{}", query.to_text())
    }
}
