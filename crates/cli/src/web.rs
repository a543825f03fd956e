//! The dashboard, served from the binary: the files that `web/` was built to, as they are in the repository
//! (docs/dashboard.md).

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use include_dir::{Dir, File, include_dir};

static BUILT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../web/dist");

/// What the dashboard's page may do: run its own scripts, show its own styles and pictures, ask its own node. Nothing inline,
/// nothing from elsewhere, in nobody's frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

/// A file as it is answered.
struct Answer {
    content_type: &'static str,
    /// A hash of the contents, quoted.
    tag: String,
    caching: &'static str,
    contents: &'static [u8],
}

/// Every file of the dashboard under its path, and the page at `/`.
pub(crate) fn router() -> Router {
    let mut router = Router::new();
    for file in files(&BUILT) {
        let answer = Arc::new(Answer::of(file));
        let path = match file.path().to_str() {
            Some("index.html") => "/".to_owned(),
            Some(path) => format!("/{path}"),
            None => continue,
        };
        router = router.route(&path, get(async move |headers: HeaderMap| answer.to(&headers)));
    }
    router
}

fn files(folder: &'static Dir<'static>) -> Vec<&'static File<'static>> {
    let below = folder.dirs().flat_map(files);
    folder.files().chain(below).collect()
}

impl Answer {
    fn of(file: &'static File<'static>) -> Self {
        // The build names what lies in `assets` by its contents.
        let named_by_contents = file.path().starts_with("assets");
        Self {
            content_type: content_type(file),
            tag: format!("\"{}\"", &blake3::hash(file.contents()).to_hex()[..32]),
            caching: if named_by_contents {
                "public, max-age=31536000, immutable"
            } else {
                "no-cache"
            },
            contents: file.contents(),
        }
    }

    /// The file, or that whoever asks has it already.
    fn to(&self, asked: &HeaderMap) -> Response {
        let headers: [(HeaderName, &str); 7] = [
            (header::CONTENT_TYPE, self.content_type),
            (header::ETAG, &self.tag),
            (header::CACHE_CONTROL, self.caching),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        ];
        let has = asked.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
        if has.is_some_and(|tags| {
            tags.split(',')
                .any(|tag| tag.trim().trim_start_matches("W/") == self.tag)
        }) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        (headers, Bytes::from_static(self.contents)).into_response()
    }
}

fn content_type(file: &File<'_>) -> &'static str {
    match file.path().extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(path: &str) -> Answer {
        Answer::of(BUILT.get_file(path).expect("built"))
    }

    #[test]
    fn the_page_names_only_files_that_are_there() {
        let page = BUILT
            .get_file("index.html")
            .and_then(File::contents_utf8)
            .expect("built");
        let named: Vec<&str> = page.split(['"', '\'']).filter(|word| word.starts_with('/')).collect();
        assert!(named.iter().any(|path| path.ends_with(".js")), "{page}");
        assert!(named.iter().any(|path| path.ends_with(".css")), "{page}");
        for path in named.iter().filter(|path| path.contains('.')) {
            assert!(
                BUILT.get_file(&path[1..]).is_some(),
                "{path} is not there: build web/ again"
            );
        }
        assert!(!page.contains("://"), "nothing is asked of anyone else");
        assert!(
            !page.contains("<style") && !page.contains("<script>"),
            "nothing is inline"
        );
    }

    #[test]
    fn files_named_by_their_contents_are_kept_and_the_page_is_not() {
        assert_eq!(answer("index.html").caching, "no-cache");
        for file in files(&BUILT) {
            let answer = Answer::of(file);
            assert_ne!(answer.content_type, "application/octet-stream", "{:?}", file.path());
            assert_eq!(answer.caching.contains("immutable"), file.path().starts_with("assets"));
        }
    }

    #[test]
    fn who_has_the_file_is_sent_no_body() {
        let page = answer("index.html");
        let mut asked = HeaderMap::new();
        assert_eq!(page.to(&asked).status(), StatusCode::OK);
        let tags = format!("\"other\", W/{}", page.tag);
        asked.insert(header::IF_NONE_MATCH, tags.parse().expect("printable"));
        let answered = page.to(&asked);
        assert_eq!(answered.status(), StatusCode::NOT_MODIFIED);
        assert!(answered.headers().contains_key(header::CONTENT_SECURITY_POLICY));
    }

    #[test]
    fn the_dashboard_is_small() {
        let bytes: usize = files(&BUILT).iter().map(|file| file.contents().len()).sum();
        assert!(bytes < 400_000, "{bytes} bytes before compression");
    }
}
