"""One settings file; everything that differs between installations comes from the environment."""

import os
from pathlib import Path
from urllib.parse import unquote, urlparse

from csp.constants import NONE, SELF

from tongxin.core import addresses, keys, modes
from tongxin.core.database import Opened

BASE_DIR = Path(__file__).resolve().parent.parent
MOST = 10_000  # of anything that is counted in the environment


def env_flag(name: str, *, default: bool = False) -> bool:
    """Read a yes/no variable: 1, true, yes, on are yes."""
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in {"1", "true", "yes", "on"}


def env_list(name: str) -> list[str]:
    """Read a comma-separated variable."""
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def trusted_proxies(text: str) -> list[addresses.Network]:
    """Read the proxies whose X-Forwarded-For is believed."""
    try:
        return addresses.networks([part.strip() for part in text.split(",") if part.strip()])
    except ValueError as problem:
        message = f"TONGXIN_TRUSTED_PROXIES：{problem}。请写反向代理的地址或网段，如 127.0.0.1,10.0.0.0/24。"
        raise ValueError(message) from problem


def env_number(name: str, *, default: int, least: int) -> int:
    """Read a whole number."""
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or not least <= int(text) <= MOST:
        message = f"{name}：{text} 不是 {least} 至 {MOST} 之间的整数。"
        raise ValueError(message)
    return int(text)


modes.keep_private()  # here, because every entrance passes here before it writes anything

# ── where things are kept ────────────────────────────────────────────────────────────────────────
TONGXIN_HOME = Path(os.environ.get("TONGXIN_HOME", "var")).resolve()
MEDIA_ROOT = TONGXIN_HOME / "files"
STATIC_ROOT = TONGXIN_HOME / "static"
LIBRARY_DIR = BASE_DIR / "library"

# ── what kind of installation ────────────────────────────────────────────────────────────────────
DEMO = env_flag("TONGXIN_DEMO")  # role switcher, plain http, fictional data
TESTING = env_flag("TONGXIN_TESTING")
DEBUG = env_flag("TONGXIN_DEBUG")
SECRET_KEY = keys.load("secret", TONGXIN_HOME, os.environ.get("TONGXIN_SECRET_KEY"))
FIELD_KEY = keys.load("field", TONGXIN_HOME, os.environ.get("TONGXIN_FIELD_KEY"))
AUDIT_KEY = keys.load("audit", TONGXIN_HOME, os.environ.get("TONGXIN_AUDIT_KEY"))
ALLOWED_HOSTS = env_list("TONGXIN_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = env_list("TONGXIN_ORIGINS")
TRUSTED_PROXIES = trusted_proxies(os.environ.get("TONGXIN_TRUSTED_PROXIES", ""))
HTTPS = env_flag("TONGXIN_HTTPS", default=bool(CSRF_TRUSTED_ORIGINS))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "tongxin.accounts",  # before allauth: its own pages in place of allauth's
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "rules.apps.AutodiscoverRulesConfig",
    "django_tasks",
    "django_tasks_db",
    "tongxin.core",
    "tongxin.ui",
    "tongxin.texts",
    "tongxin.access",
    "tongxin.audit",
    "tongxin.backups",
    "tongxin.workflow",
    "tongxin.committees",
    "tongxin.desks",
    "tongxin.regulations",
    "tongxin.files",
    "tongxin.drafts",
    "tongxin.notices",
    "tongxin.privacy",
    "tongxin.members",
    "tongxin.proposals",
    "tongxin.handling",
    "tongxin.site",
    "tongxin.api",
    "tongxin.imports",
    "tongxin.demo",
    "django.forms",  # last: our own templates of forms and fields stand before its widgets
]

MIDDLEWARE = [
    "tongxin.api.problems.ProblemsInJson",  # first: whoever refuses something under /api/, it is said in JSON
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "tongxin.access.middleware.NothingKept",
    "tongxin.access.middleware.WholeCharacters",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tongxin.accounts.middleware.ChosenSeat",
    "tongxin.accounts.middleware.Doors",
    "tongxin.accounts.middleware.StaffSecondFactor",
]

MESSAGE_STORAGE = "tongxin.ui.saying.ForWholePages"
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tongxin.ui.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "tongxin.core.templatetags.said",
                "tongxin.core.templatetags.chinese",
                "tongxin.ui.templatetags.components",
                "tongxin.ui.templatetags.shell",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"


# ── database: SQLite for one county, PostgreSQL for more ─────────────────────────────────────────
def database(url: str | None) -> dict[str, object]:
    """Return Django's DATABASES entry for `postgresql://user:password@host:port/name`, or SQLite when absent."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": TONGXIN_HOME / "tongxin.sqlite3",
            "CONN_MAX_AGE": 0 if TESTING else None,  # opening anew costs every request its pragmas and its page cache
            "OPTIONS": {
                "factory": Opened,  # where the file is away, no empty one is made in its place
                # IMMEDIATE: a writer waits for the lock at BEGIN instead of failing in the middle.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                    "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"
                ),
            },
        }
    parts = urlparse(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        message = "DATABASE_URL must begin with postgresql://"
        raise ValueError(message)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": database(os.environ.get("DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ── people who sign in ───────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "tongxin.accounts.backends.SignInName",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "tongxin.accounts.validators.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "tongxin.accounts.validators.NotTheSignInName"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "tongxin.accounts.adapters.ByInvitationOnly"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = False  # accounts.guessing counts failures, in the database
ACCOUNT_FORMS = {
    "login": "tongxin.accounts.forms.SignIn",
    "change_password": "tongxin.accounts.forms.ChangePassword",
    "set_password": "tongxin.accounts.forms.SetPassword",
    "reauthenticate": "tongxin.accounts.forms.ConfirmPassword",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "tongxin.accounts.adapters.SecondFactor"
MFA_FORMS = {
    "authenticate": "tongxin.accounts.codes.Authenticate",
    "reauthenticate": "tongxin.accounts.codes.Reauthenticate",
    "activate_totp": "tongxin.accounts.codes.Activate",
    "deactivate_totp": "tongxin.accounts.codes.Deactivate",
    "generate_recovery_codes": "tongxin.accounts.codes.AskedForAStep",
}
MFA_TOTP_ISSUER = "同心"
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_ENGINE = "tongxin.accounts.sessions"  # signed out in one process is signed out in all

# ── language, time, words ────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文")]  # one more when locale/ has it: half a translation is worse than none
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# ── files ────────────────────────────────────────────────────────────────────────────────────────
STATIC_URL = "/static/"
MEDIA_URL = "/files/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = TESTING or DEBUG
IMPORT_MAX_MB = int(os.environ.get("TONGXIN_IMPORT_MAX_MB", "64"))  # one spreadsheet, on import
IMPORT_MAX_ROWS = int(os.environ.get("TONGXIN_IMPORT_MAX_ROWS", "300000"))
# uploaded sheets, and what was found in them
IMPORT_KEEP_DAYS = env_number("TONGXIN_IMPORT_KEEP_DAYS", default=30, least=1)
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700  # whatever the umask
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# ── room on the disks: under the first `check` warns, under the second `/healthz` says that it is full ──
DISK_WARN_MB = env_number("TONGXIN_DISK_WARN_MB", default=1024, least=0)
DISK_LEAST_MB = env_number("TONGXIN_DISK_LEAST_MB", default=100, least=0)

# ── backups, taken by the worker into TONGXIN_HOME/backups ───────────────────────────────────────
BACKUP_EVERY = env_number("TONGXIN_BACKUP_EVERY", default=0, least=0)  # hours; 0: none
BACKUP_KEEP = env_number("TONGXIN_BACKUP_KEEP", default=14, least=1)  # how many
BACKUP_FILES = env_flag("TONGXIN_BACKUP_FILES", default=True)  # with the uploads

# ── security ─────────────────────────────────────────────────────────────────────────────────────
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "script-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000

# ── jobs and letters ─────────────────────────────────────────────────────────────────────────────
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
EMAIL_HOST = os.environ.get("TONGXIN_SMTP_HOST", "")
EMAIL_PORT = int(os.environ.get("TONGXIN_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("TONGXIN_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("TONGXIN_SMTP_PASSWORD", "")
EMAIL_USE_TLS = env_flag("TONGXIN_SMTP_TLS")
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "django.core.mail.backends.dummy.EmailBackend"
DEFAULT_FROM_EMAIL = os.environ.get("TONGXIN_MAIL_FROM", "tongxin@localhost")
# when the day's letter goes; urgent ones go at once
MAIL_HOUR = min(max(int(os.environ.get("TONGXIN_MAIL_HOUR", "8")), 0), 23)

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
AUDIT_DIGEST = os.environ.get("TONGXIN_AUDIT_DIGEST", "sha256")  # or sm3, where OpenSSL has it
SILENCED_SYSTEM_CHECKS: list[str] = []
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
