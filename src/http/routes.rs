//! Every path that the door knows and what answers it, as data: dispatch, 405 with its `Allow`, 404, redirects and the
//! test of `assets/openapi.json` are all taken from here. Pure.
//!
//! Paths are matched as Starlette matches them: decoded first, a parameter is one segment that is not empty, and a slash
//! too many or too few is a redirect.

/// Whose manners a path has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// print-api's: its shapes of errors, open to other origins (`cors`).
    PrintApi,
    /// Ours: RFC 9457, closed to other origins (`origin`).
    Own,
}

/// What answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    MemberFind,
    MembersUpsert,
    Order,
    Upload,
    Change,
    Fetch,
    Delete,
    Document,
    Release,
    Terminal,
    TerminalUpdate,
    TerminalReboot,
    Paper,
    PaperSaid,
    Me,
    Action,
    OpenApi,
    Docs,
    DocsFile,
    UploadPage,
    UploadForm,
    JobPage,
    JobForm,
    Jobs,
    PagePicture,
    Events,
    Asset,
    Icon,
    Panel,
    PanelScreen,
    PanelScene,
    PanelTap,
    PanelScan,
    PreviewGrant,
    PreviewForm,
    PreviewTold,
    PreviewSaid,
    PreviewFile,
    PreviewStored,
    PreviewSource,
    Alive,
    Ready,
    Status,
    Metrics,
    Tus,
    Announce,
    UploadState,
    Append,
    UploadOrder,
    Terminate,
    Portal,
}

/// A path and its methods.
#[derive(Debug)]
pub struct Row {
    /// `{name}` stands for a segment, `{*name}` for all that are left.
    pub pattern: &'static str,
    /// Its manners.
    pub surface: Surface,
    /// Methods in the order in which `Allow` tells them. None: the path is known, and nothing is there.
    pub calls: &'static [(&'static str, Call)],
}

const fn api(pattern: &'static str, calls: &'static [(&'static str, Call)]) -> Row {
    Row { pattern, surface: Surface::PrintApi, calls }
}

const fn own(pattern: &'static str, calls: &'static [(&'static str, Call)]) -> Row {
    Row { pattern, surface: Surface::Own, calls }
}

/// The table. FastAPI gives no HEAD to what it routes but to its documentation and its files; our pages take it.
pub const ROUTES: &[Row] = &[
    api("/is_union_member", &[("GET", Call::MemberFind), ("POST", Call::MembersUpsert)]),
    api("/file", &[("POST", Call::Order)]),
    api(
        "/file/{pin}",
        &[("GET", Call::Fetch), ("POST", Call::Upload), ("PATCH", Call::Change), ("DELETE", Call::Delete)],
    ),
    api("/static/", &[]),
    api("/static/{filename}", &[("GET", Call::Document), ("HEAD", Call::Document)]),
    api("/qr", &[("GET", Call::Terminal), ("POST", Call::Release)]),
    api("/admin/update", &[("POST", Call::TerminalUpdate)]),
    api("/admin/reboot", &[("POST", Call::TerminalReboot)]),
    api("/auth/me", &[("GET", Call::Me)]),
    api("/marketing/v1/action", &[("POST", Call::Action)]),
    api("/openapi.json", &[("GET", Call::OpenApi), ("HEAD", Call::OpenApi)]),
    api("/docs", &[("GET", Call::Docs), ("HEAD", Call::Docs)]),
    own("/docs/{file}", &[("GET", Call::DocsFile), ("HEAD", Call::DocsFile)]),
    own("/", &[("GET", Call::UploadPage), ("HEAD", Call::UploadPage), ("POST", Call::UploadForm)]),
    own("/upload", &[("OPTIONS", Call::Tus), ("POST", Call::Announce)]),
    own(
        "/upload/{id}",
        &[
            ("OPTIONS", Call::Tus),
            ("GET", Call::UploadState),
            ("HEAD", Call::UploadState),
            ("PATCH", Call::Append),
            ("POST", Call::UploadOrder),
            ("DELETE", Call::Terminate),
        ],
    ),
    own("/j/{pin}", &[("GET", Call::JobPage), ("HEAD", Call::JobPage), ("POST", Call::JobForm)]),
    own("/j", &[("POST", Call::Jobs)]),
    own("/j/{pin}/{picture}", &[("GET", Call::PagePicture), ("HEAD", Call::PagePicture)]),
    own("/file/{pin}/events", &[("GET", Call::Events), ("HEAD", Call::Events)]),
    own("/web/{*path}", &[("GET", Call::Asset), ("HEAD", Call::Asset)]),
    own("/favicon.ico", &[("GET", Call::Icon), ("HEAD", Call::Icon)]),
    own("/admin/paper", &[("GET", Call::Paper), ("HEAD", Call::Paper), ("POST", Call::PaperSaid)]),
    own("/panel", &[("GET", Call::Panel), ("HEAD", Call::Panel)]),
    own("/panel/screen.png", &[("GET", Call::PanelScreen), ("HEAD", Call::PanelScreen)]),
    own("/panel/scene", &[("GET", Call::PanelScene), ("HEAD", Call::PanelScene)]),
    own("/panel/tap", &[("POST", Call::PanelTap)]),
    own("/panel/scan", &[("POST", Call::PanelScan)]),
    own(
        "/file/{pin}/preview",
        &[("GET", Call::PreviewGrant), ("HEAD", Call::PreviewGrant), ("POST", Call::PreviewForm)],
    ),
    own(
        "/preview/{document}/{version}",
        &[("GET", Call::PreviewTold), ("HEAD", Call::PreviewTold), ("PUT", Call::PreviewSaid)],
    ),
    own("/preview/{document}/{version}/source", &[("GET", Call::PreviewSource), ("HEAD", Call::PreviewSource)]),
    own(
        "/preview/{document}/{version}/{file}",
        &[("GET", Call::PreviewFile), ("HEAD", Call::PreviewFile), ("PUT", Call::PreviewStored)],
    ),
    own("/healthz", &[("GET", Call::Alive), ("HEAD", Call::Alive)]),
    own("/readyz", &[("GET", Call::Ready), ("HEAD", Call::Ready)]),
    own("/generate_204", &[("GET", Call::Portal), ("HEAD", Call::Portal)]),
    own("/gen_204", &[("GET", Call::Portal), ("HEAD", Call::Portal)]),
    own("/hotspot-detect.html", &[("GET", Call::Portal), ("HEAD", Call::Portal)]),
    own("/library/test/success.html", &[("GET", Call::Portal), ("HEAD", Call::Portal)]),
    own("/connecttest.txt", &[("GET", Call::Portal), ("HEAD", Call::Portal)]),
    own("/ncsi.txt", &[("GET", Call::Portal), ("HEAD", Call::Portal)]),
    own("/redirect", &[("GET", Call::Portal), ("HEAD", Call::Portal)]),
    own("/canonical.html", &[("GET", Call::Portal), ("HEAD", Call::Portal)]),
    own("/success.txt", &[("GET", Call::Portal), ("HEAD", Call::Portal)]),
    own("/status", &[("GET", Call::Status), ("HEAD", Call::Status)]),
    own("/metrics", &[("GET", Call::Metrics), ("HEAD", Call::Metrics)]),
];

/// Where a path leads.
#[derive(Debug)]
pub enum Found {
    /// To a row, with the values of its parameters.
    Row(&'static Row, Vec<String>),
    /// To this path, which differs by slashes.
    Elsewhere(Surface, String),
    /// Nowhere, and whose manners say so.
    Nothing(Surface),
}

impl Row {
    /// What answers this method.
    pub fn call(&self, method: &str) -> Option<Call> {
        self.calls.iter().find(|(name, _)| *name == method).map(|(_, call)| *call)
    }

    /// `Allow` (RFC 9110 §10.2.1): all of the path's methods, where FastAPI tells those of its first function only.
    pub fn allow(&self) -> String {
        self.calls.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    /// The values of the parameters, if `path` is this row's.
    fn values(&self, path: &str) -> Option<Vec<String>> {
        let (mut values, mut rest) = (Vec::new(), Some(path));
        for part in self.pattern.split('/') {
            let left = rest?;
            if part.starts_with("{*") {
                return (!left.is_empty()).then(|| [values, vec![left.to_owned()]].concat());
            }
            let (segment, after) = left.split_once('/').map_or((left, None), |(segment, after)| (segment, Some(after)));
            match part.starts_with('{') {
                true if segment.is_empty() => return None,
                true => values.push(segment.to_owned()),
                false if part != segment => return None,
                false => {}
            }
            rest = after;
        }
        rest.is_none().then_some(values)
    }

    fn first(&self) -> &str {
        self.pattern.split('/').nth(1).unwrap_or_default()
    }
}

impl Found {
    /// Whose manners the path has.
    pub fn surface(&self) -> Surface {
        match self {
            Self::Row(row, _) => row.surface,
            Self::Elsewhere(surface, _) | Self::Nothing(surface) => *surface,
        }
    }
}

/// Where a decoded path leads, at `/` and under `root`.
pub fn find(path: &str, root: &str) -> Found {
    let root = root.trim_end_matches('/');
    let below =
        path.strip_prefix(root).filter(|below| !root.is_empty() && (below.is_empty() || below.starts_with('/')));
    match below {
        Some(below) => match find_here(below) {
            Found::Elsewhere(surface, path) => Found::Elsewhere(surface, format!("{root}{path}")),
            // Only print-api's clients know that name.
            Found::Nothing(_) => Found::Nothing(Surface::PrintApi),
            found => found,
        },
        None => find_here(path),
    }
}

fn find_here(path: &str) -> Found {
    let row = |path: &str| ROUTES.iter().find_map(|row| Some((row, row.values(path)?)));
    if let Some((row, values)) = row(path) {
        return Found::Row(row, values);
    }
    let other = if path.ends_with('/') { path.trim_end_matches('/').to_owned() } else { format!("{path}/") };
    if let Some((row, _)) = row(&other) {
        return Found::Elsewhere(row.surface, other);
    }
    let first = path.split('/').nth(1).unwrap_or_default();
    let theirs = !first.is_empty() && ROUTES.iter().any(|row| row.surface == Surface::PrintApi && row.first() == first);
    Found::Nothing(if theirs { Surface::PrintApi } else { Surface::Own })
}

#[cfg(test)]
mod tests {
    use super::{Call, Found, ROUTES, Surface, find};

    /// What a path leads to, in short.
    fn told(path: &str) -> String {
        match find(path, "/print") {
            Found::Row(row, values) => format!("{} {}", row.pattern, values.join("|")),
            Found::Elsewhere(_, path) => format!("-> {path}"),
            Found::Nothing(surface) => format!("{surface:?}"),
        }
    }

    #[test]
    fn paths_are_matched_as_starlette_matches_them() {
        for (path, expected) in [
            ("/file", "/file "),
            ("/print/file", "/file "),
            ("/file/A", "/file/{pin} A"),
            ("/print/file/A b", "/file/{pin} A b"),
            ("/file/", "-> /file"),
            ("/file//", "-> /file"),
            ("/print/file/", "-> /print/file"),
            ("/file/A/", "-> /file/A"),
            ("/is_union_member/", "-> /is_union_member"),
            ("/static", "-> /static/"),
            ("/print/static", "-> /print/static/"),
            ("/static/", "/static/ "),
            ("/static/a", "/static/{filename} a"),
            ("/static/a/b", "PrintApi"),
            ("/file/a/b", "PrintApi"),
            ("/print", "-> /print/"),
            ("/print/", "/ "),
            ("/print/nothing", "PrintApi"),
            ("/printer", "Own"),
            ("/nothing", "Own"),
            ("//file", "Own"),
            ("//", "Own"),
            ("*", "Own"),
            ("/", "/ "),
            ("/panel/", "-> /panel"),
            ("/web/fonts/x.woff2", "/web/{*path} fonts/x.woff2"),
            ("/web/", "Own"),
        ] {
            assert_eq!(told(path), expected, "{path}");
        }
        assert!(matches!(find("/print/file", ""), Found::Nothing(Surface::Own)));
        assert!(matches!(find("/a/b/file", "/a/b/"), Found::Row(..)));
    }

    #[test]
    fn a_wrong_method_learns_the_right_ones() {
        let Found::Row(row, _) = find("/file/A", "") else { panic!("no row") };
        assert_eq!((row.call("PUT"), row.call("HEAD")), (None, None));
        assert_eq!((row.call("PATCH"), row.allow().as_str()), (Some(Call::Change), "GET, POST, PATCH, DELETE"));
        for row in ROUTES.iter().filter(|row| row.surface == Surface::Own) {
            assert_eq!(row.call("GET"), row.call("HEAD"), "{}", row.pattern);
        }
    }
}
