//! Tells the service manager when the host serves and when it stops, where one waits for it: `Type=notify` of systemd. So
//! that `systemctl restart` comes back when readers are answered again, and not when a process has been started.
//!
//! The protocol is one datagram to the socket that `NOTIFY_SOCKET` names (`sd_notify(3)`).

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::Duration;

/// Names the service manager's socket; not set: nobody waits.
const SOCKET: &str = "NOTIFY_SOCKET";
/// A service manager that takes nothing must not hold the host up.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the host has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It answers.
    Ready,
    /// It takes no more requests, and finishes those under way.
    Stopping,
}

impl State {
    fn text(self) -> &'static str {
        match self {
            Self::Ready => "READY=1",
            Self::Stopping => "STOPPING=1",
        }
    }
}

/// Says it to whoever waits for it. That it is not heard is no reason to stop serving, and stands in the log.
pub fn notify(state: State) {
    let Some(socket) = std::env::var_os(SOCKET).filter(|socket| !socket.is_empty()) else {
        return;
    };
    if let Err(error) = send(&socket, state) {
        tracing::warn!(
            "the service manager was not told {}: {SOCKET} is {}: {error}",
            state.text(),
            socket.to_string_lossy()
        );
    }
}

/// `socket`: a path, or `@` and a name that is in no folder.
fn send(socket: &OsStr, state: State) -> io::Result<()> {
    let from = UnixDatagram::unbound()?;
    from.set_write_timeout(Some(PATIENCE))?;
    let text = state.text().as_bytes();
    match socket.as_bytes() {
        #[cfg(target_os = "linux")]
        [b'@', name @ ..] => {
            use std::os::linux::net::SocketAddrExt;
            let address = std::os::unix::net::SocketAddr::from_abstract_name(name)?;
            from.send_to_addr(text, &address)?;
        }
        _ => {
            from.send_to(text, Path::new(socket))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn heard(socket: &UnixDatagram) -> String {
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut buffer = [0; 64];
        let length = socket.recv(&mut buffer).unwrap();
        String::from_utf8(buffer[..length].to_vec()).unwrap()
    }

    #[test]
    fn a_socket_in_a_folder_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let manager = UnixDatagram::bind(&path).unwrap();
        send(path.as_os_str(), State::Ready).unwrap();
        send(path.as_os_str(), State::Stopping).unwrap();
        assert_eq!(heard(&manager), "READY=1");
        assert_eq!(heard(&manager), "STOPPING=1");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_socket_that_is_in_no_folder_is_told() {
        use std::os::linux::net::SocketAddrExt;
        let name = format!("porthole-notify-{}", std::process::id());
        let address = std::os::unix::net::SocketAddr::from_abstract_name(&name).unwrap();
        let manager = UnixDatagram::bind_addr(&address).unwrap();
        send(OsStr::new(&format!("@{name}")), State::Ready).unwrap();
        assert_eq!(heard(&manager), "READY=1");
    }

    #[test]
    fn a_socket_that_nobody_reads_is_an_error_and_no_panic() {
        let folder = tempfile::tempdir().unwrap();
        assert!(send(folder.path().join("nobody").as_os_str(), State::Ready).is_err());
    }
}
