//! The databases that a configuration names, and their files, which are replaced while they are
//! asked.

use crate::database::{Database, ReadError, Wanted};
use arc_swap::ArcSwap;
use postern_model::entity::Geo;
use postern_policy::facts::{LocatedCountry, LocatedSystem};
use std::net::IpAddr;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A database that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the database {path} cannot be used: {why}", path = path.display())]
pub struct GeoError {
    path: PathBuf,
    why: ReadError,
}

/// What became of a file that was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// The file.
    pub path: Arc<Path>,
    /// When the new database was built (Unix time in seconds), or why the old one is kept.
    pub outcome: Result<i64, String>,
}

/// How a database stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// What it is asked for: `country`, `asn`.
    pub asked: &'static str,
    /// The file.
    pub path: Arc<Path>,
    /// When the database was built that answers: Unix time in seconds.
    pub built: i64,
    /// Why what the file says now is not what answers; `None`: it is.
    pub broken: Option<String>,
}

/// The databases of a configuration.
#[derive(Debug, Default)]
pub struct Databases {
    country: Option<Arc<Kept>>,
    /// Perhaps the same.
    asn: Option<Arc<Kept>>,
}

/// One file, and the last good database of it.
#[derive(Debug)]
struct Kept {
    path: Arc<Path>,
    wanted: Wanted,
    database: ArcSwap<Database>,
    watch: Mutex<Watch>,
}

/// A file's identity and age: differs when the file was written or replaced.
type Mark = Option<(u64, u64, i64, i64)>;

#[derive(Debug)]
struct Watch {
    /// The file when it was last read.
    read: Mark,
    /// The file at the last look.
    seen: Mark,
    broken: Option<String>,
}

impl Databases {
    /// Reads the files that a configuration names. Those that `previous` has already are kept as
    /// they are: whether they have changed is [`Databases::look`]'s business.
    ///
    /// # Errors
    /// A file that cannot be used.
    pub fn open(geo: &Geo, previous: Option<&Self>) -> Result<Self, GeoError> {
        let same = geo.country == geo.asn;
        let open = |path: &Option<Arc<Path>>, wanted| {
            let Some(path) = path else {
                return Ok(None);
            };
            let kept = previous.and_then(|previous| previous.kept(path, wanted));
            kept.map_or_else(|| Kept::open(path, wanted), Ok).map(Some)
        };
        let countries = Wanted {
            country: true,
            asn: same,
        };
        let systems = Wanted {
            country: false,
            asn: true,
        };
        let country = open(&geo.country, countries)?;
        let asn = if same {
            country.clone()
        } else {
            open(&geo.asn, systems)?
        };
        Ok(Self { country, asn })
    }

    fn kept(&self, path: &Path, wanted: Wanted) -> Option<Arc<Kept>> {
        let all = [&self.country, &self.asn].into_iter().flatten();
        let mut same = all.filter(|kept| *kept.path == *path && kept.wanted == wanted);
        same.next().cloned()
    }

    /// In which country an address is; `None` if no database of countries is configured.
    pub fn country(&self, address: IpAddr) -> Option<LocatedCountry> {
        let database = self.country.as_ref()?.database.load();
        Some(LocatedCountry {
            address,
            country: database.country(address),
            built: database.built(),
        })
    }

    /// To which autonomous system an address belongs; `None` if no database of them is configured.
    pub fn system(&self, address: IpAddr) -> Option<LocatedSystem> {
        let database = self.asn.as_ref()?.database.load();
        Some(LocatedSystem {
            address,
            system: database.system(address),
            built: database.built(),
        })
    }

    /// How they stand.
    pub fn states(&self) -> Vec<State> {
        let all = [("country", &self.country), ("asn", &self.asn)];
        let all = all.into_iter().filter_map(|(asked, kept)| {
            let kept = kept.as_ref()?;
            Some(State {
                asked,
                path: kept.path.clone(),
                built: kept.database.load().built(),
                broken: kept.watch().broken.clone(),
            })
        });
        all.collect()
    }

    /// Looks whether files were replaced, and takes over those that were and have stayed the same
    /// since the last look. Blocks: a file is read and checked as a whole.
    pub fn look(&self) -> Vec<News> {
        let shared = |asn: &&Arc<Kept>| {
            let country = self.country.as_ref();
            !country.is_some_and(|country| Arc::ptr_eq(country, asn))
        };
        let all = self.country.iter().chain(self.asn.iter().filter(shared));
        all.filter_map(|kept| kept.look()).collect()
    }
}

impl Kept {
    fn open(path: &Arc<Path>, wanted: Wanted) -> Result<Arc<Self>, GeoError> {
        // First: what is written meanwhile is seen at the next look.
        let mark = mark(path);
        let database = Database::read(path, wanted).map_err(|why| GeoError {
            path: path.to_path_buf(),
            why,
        })?;
        Ok(Arc::new(Self {
            path: path.clone(),
            wanted,
            database: ArcSwap::from_pointee(database),
            watch: Mutex::new(Watch {
                read: mark,
                seen: mark,
                broken: None,
            }),
        }))
    }

    fn watch(&self) -> MutexGuard<'_, Watch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self) -> Option<News> {
        let now = mark(&self.path);
        {
            let mut watch = self.watch();
            let settled = std::mem::replace(&mut watch.seen, now) == now;
            if now == watch.read || !settled {
                return None;
            }
            watch.read = now;
        }
        // Nobody waits for this: readers have what there was.
        let outcome = Database::read(&self.path, self.wanted);
        let mut watch = self.watch();
        let outcome = match outcome {
            Ok(database) => {
                let built = database.built();
                self.database.store(Arc::new(database));
                watch.broken = None;
                Ok(built)
            }
            Err(why) => {
                watch.broken = Some(why.to_string());
                Err(why.to_string())
            }
        };
        Some(News {
            path: self.path.clone(),
            outcome,
        })
    }
}

fn mark(path: &Path) -> Mark {
    let about = std::fs::metadata(path).ok()?;
    Some((about.ino(), about.size(), about.mtime(), about.mtime_nsec()))
}
