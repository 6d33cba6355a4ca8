"""One settings file, read from the environment; docs/deploy.md lists every variable.

`GUIYANG_MODE` is `embedded` when ./run starts the product (plain HTTP on loopback, demonstration accounts) and
`production` otherwise (PostgreSQL, HTTPS, no demonstration, no default secret). What Django's, Celery's and DRF's own
defaults say as we want it (nosniff, same-origin referrers, X-Frame-Options DENY, HttpOnly and SameSite=Lax sessions in
the database, time zones, JSON messages) is not said again.
"""

import hashlib
import os
import secrets
import sys
from pathlib import Path

import bootstrap
import environ
from django.contrib.messages import constants as levels
from django.core.exceptions import ImproperlyConfigured

from governance.basics import limits

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = "pytest" in sys.modules

MODE = env.str("GUIYANG_MODE", "embedded" if TESTING else "production")
if MODE not in ("embedded", "production"):
    raise ImproperlyConfigured("GUIYANG_MODE 只能是 embedded 或 production。")
EMBEDDED = MODE == "embedded"
DEBUG = env.bool("DJANGO_DEBUG", False)

DATA_DIR = Path(env.str("GUIYANG_DATA", str(BASE_DIR / "var"))).expanduser().resolve()


def _private_folder(path: Path) -> Path:
    """Make a folder that only its owner may enter; the data folder holds proposals and keys."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


MAKE_A_KEY = "可用 python3 -c 'import secrets; print(secrets.token_urlsafe(50))' 生成。"


def _kept_key(name: str) -> str:
    """A key of the data folder, made once."""
    path = _private_folder(DATA_DIR) / name
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    key = secrets.token_urlsafe(50)
    with os.fdopen(handle, "w") as file:
        file.write(key)
    return key


def _secret_key() -> str:
    """From the environment; embedded mode makes one once and keeps it in the data folder."""
    if key := env.str("DJANGO_SECRET_KEY", ""):
        if not EMBEDDED and (len(key) < 50 or len(set(key)) < 5):
            raise ImproperlyConfigured(f"DJANGO_SECRET_KEY 太弱：要 50 个以上的随机字符。{MAKE_A_KEY}")
        return key
    if not EMBEDDED:
        raise ImproperlyConfigured(f"生产方式必须设置环境变量 DJANGO_SECRET_KEY。{MAKE_A_KEY}")
    return _kept_key("secret_key")


SECRET_KEY = _secret_key()

# What the procurement asks for: 等保2.0 三级 with 国密 digests (dengbao), or OWASP ASVS (asvs).
PROFILE = env.str("GUIYANG_PROFILE", "dengbao")
if PROFILE not in ("dengbao", "asvs"):
    raise ImproperlyConfigured("GUIYANG_PROFILE 只能是 dengbao 或 asvs。")

# The audit chain's key lies outside the database: in the environment, or embedded in the data folder (and its backup).
# Production without one takes DJANGO_SECRET_KEY; where that is renewed, the old one goes on in GUIYANG_AUDIT_KEY.
AUDIT_KEY_IS_KEPT = EMBEDDED and "GUIYANG_AUDIT_KEY" not in os.environ
_audit_secret = _kept_key("audit_key") if AUDIT_KEY_IS_KEPT else env.str("GUIYANG_AUDIT_KEY", "") or SECRET_KEY
AUDIT_KEY = hashlib.sha256(b"audit:" + _audit_secret.encode()).digest()
AUDIT_DIGEST = "sm3" if PROFILE == "dengbao" and "sm3" in hashlib.algorithms_available else "sha256"
# Where the chain's heads are kept, one file a day; a test has none unless it says so.
AUDIT_ANCHORS = None if TESTING else Path(env.str("GUIYANG_AUDIT_ANCHORS", "") or DATA_DIR / "anchors")

ALLOWED_HOSTS = env.list("DJANGO_ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if EMBEDDED else [])
if EMBEDDED and (host := env.str("HOST", "")) not in ("", "127.0.0.1", "localhost"):
    ALLOWED_HOSTS += ["*"] if host in ("0.0.0.0", "::") else [host]
if not EMBEDDED and not any(ALLOWED_HOSTS):
    raise ImproperlyConfigured("生产方式必须用 DJANGO_ALLOWED_HOSTS 写明本系统的域名，例如 egov.example.gov.cn。")
CSRF_TRUSTED_ORIGINS = env.list("DJANGO_CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "guiyang_egov.apps.HouseConfig",
    "priorities.apps.PrioritiesConfig",
    "budgets.apps.BudgetsConfig",
    "projects.apps.ProjectsConfig",
    "governance.apps.GovernanceConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "django_htmx",
    "simple_history",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "governance.web.logs.AccessLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "governance.web.middleware.CleanAddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "governance.web.middleware.ActorMiddleware",
    "governance.web.middleware.GateMiddleware",
    "governance.web.sessions.WatchMiddleware",
    "governance.web.fresh.FreshMiddleware",
    "governance.web.middleware.ReadingMiddleware",
    "governance.web.confirmation.ConfirmationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "governance.web.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "guiyang_egov.urls"
WSGI_APPLICATION = "guiyang_egov.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["governance.web.loaders.Lean", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "governance.web.context.frame",
            ],
            "builtins": [
                "governance.templatetags.look",
                "priorities.templatetags.verdicts",
                "django.templatetags.static",
            ],
        },
    }
]

# A message is a strip of the page: the tags are its looks.
MESSAGE_TAGS = {levels.SUCCESS: "done", levels.WARNING: "warn", levels.ERROR: "refused"}


def _databases() -> dict:
    """PostgreSQL where DATABASE_URL says so; else SQLite in the data folder, safe for several processes.

    SQLite: IMMEDIATE, or concurrent read-then-write requests die at once with "database is locked"; WAL and
    synchronous=FULL, so that what is committed survives a power cut. `snapshot` is the same database for long
    consistent reads: DEFERRED there, since an IMMEDIATE one would stop every writer.
    """
    url = env.str("DATABASE_URL", "")
    if url and not url.startswith("sqlite"):
        default = env.db_url("DATABASE_URL")
        default |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
        default.setdefault("OPTIONS", {})["connect_timeout"] = 5
        return {"default": default}
    if not EMBEDDED:
        raise ImproperlyConfigured("生产方式必须用 DATABASE_URL 指定 PostgreSQL 数据库。")
    name = env.db_url("DATABASE_URL")["NAME"] if url else _private_folder(DATA_DIR) / "guiyang.sqlite3"

    def sqlite(transaction_mode: str) -> dict:
        pragmas = "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
        options = {"transaction_mode": transaction_mode, "timeout": 20, "init_command": pragmas}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "OPTIONS": options}

    if TESTING:  # a test's transaction is seen by its own connection alone
        return {"default": sqlite("IMMEDIATE")}
    return {"default": sqlite("IMMEDIATE"), "snapshot": sqlite("DEFERRED")}


DATABASES = _databases()
ON_POSTGRESQL = DATABASES["default"]["ENGINE"].endswith("postgresql")
DATABASE_ROUTERS = ["governance.database.snapshots.SnapshotRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "governance.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "governance.people.backends.AppointedBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "governance.people.passwords.ProfileValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
AXES_ENABLED = not TESTING
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "locked.html"
AXES_VERBOSE = False
AXES_IPWARE_PROXY_COUNT = env.int("GUIYANG_PROXY_COUNT", 0) or None

SESSION_COOKIE_NAME = "guiyang_session"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_SECONDS = 30 * 60
CSRF_COOKIE_NAME = "guiyang_csrf"
CSRF_FAILURE_VIEW = "governance.views.session.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("GUIYANG_STATIC", "") or _private_folder(DATA_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static", ("vendor/bootstrap", Path(next(iter(bootstrap.__path__))))]
WHITENOISE_USE_FINDERS = "GUIYANG_STATIC" not in os.environ  # ./run serves the folders, the image what it collected
if not WHITENOISE_USE_FINDERS:  # collected by root, served by another user: not with the modes of documents
    _readable = {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755}
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage", "OPTIONS": _readable},
    }
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = DATA_DIR / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = limits.FORM_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}
if not EMBEDDED:
    SECURE_SSL_REDIRECT = env.bool("GUIYANG_SSL_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = env.int("GUIYANG_HSTS_SECONDS", 31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("GUIYANG_HSTS_SUBDOMAINS", True)
    SECURE_HSTS_PRELOAD = env.bool("GUIYANG_HSTS_PRELOAD", True)
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

METRICS_TOKEN = env.str("GUIYANG_METRICS_TOKEN", "")

REDIS_URL = env.str("REDIS_URL", "")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 2, "socket_connect_timeout": 2, "visibility_timeout": 3600}
else:
    _messages, _control = (str(_private_folder(DATA_DIR / "queue" / name)) for name in ("messages", "control"))
    CELERY_BROKER_URL = "filesystem://localhost//"
    CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_in": _messages, "data_folder_out": _messages}
    CELERY_BROKER_TRANSPORT_OPTIONS |= {"control_folder": _control, "polling_interval": 0.3}
CELERY_BEAT_SCHEDULE = {
    "reconcile": {"task": "governance.tasks.reconcile", "schedule": 15.0},
    "daily": {"task": "governance.tasks.daily", "schedule": 600.0},
    "post": {"task": "governance.tasks.post", "schedule": 60.0},
}
JOBS_IN_CHILD = not TESTING  # a test's rows are in a transaction that no other process sees
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")

EMAIL_HOST = env.str("EMAIL_HOST", "")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
EMAIL_PORT = env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", "guiyang-egov@localhost")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "governance.api.manners.TokenAuthentication",
        "governance.api.manners.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["governance.api.manners.Granted"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["governance.api.manners.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "governance.api.manners.JsonOnly",
    "DEFAULT_PAGINATION_CLASS": "governance.api.manners.Pages",
    "DEFAULT_FILTER_BACKENDS": ["governance.api.manners.StrictFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "governance.api.schema.Schema",
    "EXCEPTION_HANDLER": "governance.api.manners.explain",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "贵阳市电子政务项目组合管理系统 API",
    "DESCRIPTION": "规划项目、申报、判据、预算与报告的只读与申报接口。金额单位万元，两位小数的字符串。",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": None,
    "SERVE_PERMISSIONS": ["governance.api.manners.Open"],
    "COMPONENT_SPLIT_REQUEST": True,
}

LOG_FORM = env.str("GUIYANG_LOG", "line")  # line or json
if LOG_FORM not in ("line", "json"):
    raise ImproperlyConfigured(f"GUIYANG_LOG 只能是 line 或 json，现在是 {LOG_FORM[:20]}。")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "governance.basics.logs.RequestIdFilter"}},
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
        "json": {"()": "governance.basics.logs.JsonFormatter"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORM, "filters": ["request"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "guiyang": {"level": "INFO"},
        "guiyang.access": {"level": "WARNING" if EMBEDDED else "INFO"},
        "axes": {"level": "ERROR"},
        "weasyprint.progress": {"propagate": False},  # read by governance.documents.printing alone
        "fontTools": {"level": "ERROR"},
    },
}

# Where people reach the product from outside: in e-mails and in the QR code of a receipt.
PUBLIC_ADDRESS = env.str("GUIYANG_ADDRESS", "").rstrip("/") or (
    f"http://127.0.0.1:{env.str('PORT', '8000')}" if EMBEDDED else f"https://{next(iter(ALLOWED_HOSTS), 'localhost')}"
)

# What belongs to this city and this plan; logic never names them.
PRODUCT_NAME = "贵阳市电子政务项目组合管理系统"
PRODUCT_VERSION = "1.0.0"  # as CHANGELOG.md names it
CITY_NAME = "贵阳市"
PLAN_FOLDER = BASE_DIR / "fixtures"
PLAN_YEARS = range(2005, 2011)
GUIYANG_TODAY = env.str("GUIYANG_TODAY", "")
DEMO_TODAY = "2007-08-20"
DEMO_PASSWORD = "Guiyang-2006"

CIO_TASKS = ("T1-01", "T2-10")  # chapter 10 asks first for the CIOs of the pilot units, then for all others (9.1.4)

# What leans on an instrument, by the plan's own words: 8.3 may stand in 9.2.2's (L86), the rest by what each regulates.
RELIED_ON = {
    "9.2.1": ("8.3.2(3)", "8.3.1(1)", "9.1.2.2"),
    "9.2.2": ("8.1", "8.3", "9.2.7"),
    "9.2.3": ("9.1.2.3", "9.3.6"),
    "9.2.4": ("8.1(2)",),
    "9.2.5": ("8.3.1(4)",),
    "9.2.6": ("8.3.1(5)",),
    "9.2.7": ("9.2.2", "9.1.1"),
    "9.2.8": ("8.1(6)", "9.5.3"),
    "9.2.9": ("9.1.2.2", "9.6.3"),
}
