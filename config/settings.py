"""All settings, read from the environment once; `docs/operations.md` lists the variables."""

import sys
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy

from config import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent

# --- site and environment ---------------------------------------------------------------------
DEBUG = env.flag("DEBUG")
DEMO = env.flag("DEMO")
DEMO_DIR = Path(env.text("DEMO_DIR", str(BASE_DIR / ".demo"))).resolve()
SITE_URL = env.text("SITE_URL", "http://localhost:8000").rstrip("/")
_SITE = urlsplit(SITE_URL)
if _SITE.scheme not in {"http", "https"} or not _SITE.hostname:
    raise ImproperlyConfigured("SITE_URL must be the portal's address, as https://portal.example.com.")
IS_HTTPS = _SITE.scheme == "https"
SITE_NAME = env.text("SITE_NAME", "Holdfast")
SECRET_KEY = env.secret("SECRET_KEY")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is empty. Set it to 50 or more random characters and keep it.")
# The first encrypts what is stored secret, all decrypt. Without one the portal runs, and pages go to other channels.
ENCRYPTION_KEYS = [key.strip() for key in env.secret("ENCRYPTION_KEYS").split(",") if key.strip()]
ALLOWED_HOSTS = env.text_list("ALLOWED_HOSTS", _SITE.hostname)
CSRF_TRUSTED_ORIGINS = [SITE_URL]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "oncall.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # the e-mail address is unique, in any case, by a constraint
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "config",
    "oncall",
    "incidents",
    "problems",
    "postmortems",
    "config.base.web.admin_site.AdministrationConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "simple_history",
]

MIDDLEWARE = [
    "config.middleware.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.PrivateByDefault",
    "config.middleware.IntakeFastPath",
    "csp.middleware.CSPMiddleware",
    "config.middleware.RelaxedContentPolicies",
    "config.middleware.BodyLimit",
    "config.middleware.PublicFastPath",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.sign_in.limits.TooManyTries",
    "simple_history.middleware.HistoryRequestMiddleware",
    "config.middleware.SlidingSession",
    "config.middleware.EndedSession",
    "config.middleware.PersonalTimeZone",
    "config.middleware.SecretsUnreadable",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.portal",
            ],
            "builtins": ["config.templatetags.form_guards"],  # its csrf_token stands in for Django's
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- database: PostgreSQL, the only clock -----------------------------------------------------
# The time-outs follow the role of the process (paging rule 17).
PROCESS_ROLE = env.text("PROCESS_ROLE") or (
    "migrate" if "migrate" in sys.argv[1:2] else "command" if "manage.py" in sys.argv[0] else "web"
)
_TIMEOUTS = {
    "web": {"statement_timeout": "15s", "lock_timeout": "3s", "idle_in_transaction_session_timeout": "30s"},
    "engine": {"statement_timeout": "5s", "lock_timeout": "1s", "idle_in_transaction_session_timeout": "30s"},
    "migrate": {"lock_timeout": "3s"},
    "command": {},
}
if PROCESS_ROLE not in _TIMEOUTS:
    raise ImproperlyConfigured(f"PROCESS_ROLE is {PROCESS_ROLE!r}. Say one of {', '.join(_TIMEOUTS)}.")


# Joins of a list are written in a good order, the rows first and their names after. Trying all orders of eight joins
# costs the planner 9 ms, more than the list itself; trying those of four costs 1 ms.
_PLANNER = {"join_collapse_limit": 4}


def connection_options(role: str) -> dict[str, object]:
    """libpq's options for a process of this role."""
    return {
        "connect_timeout": 3,
        "tcp_user_timeout": 10000,
        "keepalives_idle": 5,
        "prepare_threshold": 0,  # for the statements of `prepared_cursor` alone; Django prepares none of its own
        "options": " ".join(f"-c {name}={value}" for name, value in (_TIMEOUTS[role] | _PLANNER).items()),
    }


DATABASES = {"default": env.database(env.text("DATABASE_URL", "postgresql://localhost/holdfast"))}
DATABASES["default"]["OPTIONS"] = connection_options(PROCESS_ROLE) | DATABASES["default"]["OPTIONS"]
DATABASES["default"]["CONN_MAX_AGE"] = 600
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["ATOMIC_REQUESTS"] = False

# --- Redis: the broker of Celery and a cache; paging works without it (paging rule 9) ------------
REDIS_URL = env.text("REDIS_URL", "redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "config.base.data.cache.FallbackRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
}
SESSION_ENGINE = "config.sign_in.sessions"

# --- sign-in ----------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["config.sign_in.backend.Backend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "config.sign_in.adapter.AccountAdapter"
ACCOUNT_FORMS = {"reset_password": "config.sign_in.reset.ResetForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # administrators create accounts, not visitors
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # send no mail to unknown addresses
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{SITE_NAME}] "
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "10/5m/key,60/5m/ip",  # the key is login and address together, never the account alone
    "subscribe": "30/h/ip",
    "reset_password": "20/m/ip,3/10m/key,10/d/key",
}
MFA_ADAPTER = "config.sign_in.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
_HASHERS = "django.contrib.auth.hashers."
PASSWORD_HASHERS = [f"{_HASHERS}Argon2PasswordHasher", f"{_HASHERS}PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
MFA_TOTP_ISSUER = SITE_NAME
# Twelve hours after the person last did something, a shift; at most seven days (`config.sign_in.sessions`).
SESSION_COOKIE_AGE = ACCOUNT_SESSION_COOKIE_AGE = 12 * 3600
ACCOUNT_SESSION_REMEMBER = True  # a phone may close its browser; the session goes on
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_NAME = "__Host-session" if IS_HTTPS else "session"
CSRF_FAILURE_VIEW = "config.errors.csrf_failed"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "csrf"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# --- transport and content security --------------------------------------------------------------
SECURE_SSL_REDIRECT = IS_HTTPS
# An API client that uses http must get an error, not a redirect after sending its token in clear (ASVS 4.1.2).
SECURE_REDIRECT_EXEMPT = [r"^api/", r"^v2/", r"^integrations/alertmanager", r"^healthz", r"^readyz"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS and not DEMO else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS > 0
SECURE_REFERRER_POLICY = SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.flag("TRUST_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
_CSP = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],  # Tabler's check marks are data: images in its style sheet
    "font-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
    "manifest-src": [SELF],
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": _CSP}
# Unfold runs Alpine, which evaluates strings; the looser policy is sent only for the admin.
ADMIN_CONTENT_SECURITY_POLICY = _CSP | {
    "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
}
# The API's documentation page has an inline style sheet; its script is a separate file.
DOCS_CONTENT_SECURITY_POLICY = _CSP | {"style-src": [SELF, UNSAFE_INLINE]}
# No body may announce more, files included; refused before it is read. Intake has limits of its own, because an alert
# that is too large must be told to people, not lost.
BODY_MAX_BYTES = 1024 * 1024
BODY_LIMITS_OF_THEIR_OWN = ("/v2/", "/integrations/")
DATA_UPLOAD_MAX_MEMORY_SIZE = 768 * 1024  # forms: a line end of a text is six bytes, a letter of many scripts nine
JSON_MAX_BYTES = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
JSON_MAX_DEPTH = 40
INTAKE_MAX_BYTES = 512 * 1024  # PagerDuty's own limit
# One body holds a whole group, so the largest outage has the largest body; a proxy must let as much through.
INTAKE_ALERTMANAGER_MAX_BYTES = 16 * 1024 * 1024
INTAKE_ALERTMANAGER_MAX_ALERTS = 20_000

# --- language, time, static files ----------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG or DEMO or env.flag("STATIC_FROM_SOURCE")
WHITENOISE_MAX_AGE = 3600

# --- REST API -------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "config.base.rest.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["config.base.rest.permissions.ScopedAccess"],
    "DEFAULT_PARSER_CLASSES": ["config.base.rest.parsers.CappedJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "config.base.rest.schema.Schema",
    "DEFAULT_METADATA_CLASS": "config.base.rest.metadata.Metadata",
    "DEFAULT_THROTTLE_CLASSES": ["config.base.rest.throttles.TokenThrottle"],
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "config.base.rest.errors.answer_error",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
API_REQUESTS_PER_MINUTE = env.number("API_REQUESTS_PER_MINUTE", 600)
SPECTACULAR_SETTINGS = {
    "TITLE": f"{SITE_NAME} API",
    "DESCRIPTION": "Everything that the portal does, over REST. Send `Authorization: Bearer <token>`.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "config.api_document.describe"],
    # Columns of the same name with different choices; without these names the document would number them.
    "ENUM_NAME_OVERRIDES": {
        "TicketStatus": "incidents.models.TicketStatus",
        "AlertStatus": "incidents.models.AlertStatus",
        "EscalationState": "oncall.models.EscalationState",
        "PageState": "config.base.data.outbox.OutboxState",
        "Phase": "incidents.models.Phase",
        "ComponentStatus": "incidents.models.ComponentStatus",
        "MaintenanceStatus": "incidents.models.MaintenanceStatus",
        "CustomerImpact": "incidents.models.Impact",
        "NotificationUrgency": "oncall.models.Urgency",
        "Level": ["high", "medium", "low"],
        "ContactType": "incidents.models.ContactType",
        "Visibility": "incidents.models.Visibility",
        "HoldReason": "incidents.models.HoldReason",
        "ClosureCode": "incidents.models.ClosureCode",
        "PostmortemStatus": "postmortems.models.PostmortemStatus",
        "ReviewSeat": "incidents.models.ReviewSeat",
        "SlaKind": "incidents.models.SlaKind",
        "TeamKind": "oncall.models.TeamKind",
        "ServiceKind": "incidents.models.ServiceKind",
        "StepMode": "oncall.models.StepMode",
        "IntegrationKind": "incidents.models.IntegrationKind",
        "SlaState": "incidents.models.SlaState",
        "ActionStatus": "incidents.models.ActionStatus",
        "LinkKind": "incidents.models.LinkKind",
        "WaiverStatus": "incidents.models.WaiverStatus",
        "KnownErrorStatus": "problems.models.KnownErrorStatus",
        "ProblemClosureCode": "problems.investigation.lifecycle.CODE_CHOICES",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- Celery: customer notification, reports, imports; its workers run the engine ------------------------
CELERY_BROKER_URL = env.redis_for_celery(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # the default ends the worker after 46 minutes without a broker
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 2, "socket_connect_timeout": 2, "unacked_restore_throttle": 1}
CELERY_TIMEZONE = "UTC"
MAINTENANCE_REMINDER_MINUTES = env.number("MAINTENANCE_REMINDER_MINUTES", 60)
ENGINE_ENABLED = env.flag("ENGINE", default=True)

# --- messages to people -------------------------------------------------------------------------------
EMAIL_IS_SET = bool(env.text("EMAIL_URL"))
if EMAIL_IS_SET:
    globals().update(env.mail(env.text("EMAIL_URL")))
else:
    EMAIL_HOST, EMAIL_PORT = "localhost", 25
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", f"{SITE_NAME} <holdfast@{_SITE.hostname}>")
PHONE_GATEWAY_URL = env.text("PHONE_GATEWAY_URL")
PHONE_GATEWAY_SECRET = env.secret("PHONE_GATEWAY_SECRET")
# Private addresses that outgoing calls may reach, as networks; all others are refused.
OUTGOING_ALLOW = env.text_list("OUTGOING_ALLOW")
OUTGOING_PORTS = [int(port) for port in env.text_list("OUTGOING_PORTS", "80,443")]
ONCALL_REST_HOURS = env.number("ONCALL_REST_HOURS", 11)
WATCHDOG_ALERT_URL = env.text("WATCHDOG_ALERT_URL")
WATCHDOG_ALERT_EMAIL = env.text_list("WATCHDOG_ALERT_EMAIL")
HEARTBEAT_URL = env.text("HEARTBEAT_URL")
OPERATIONS_SERVICE = env.text("OPERATIONS_SERVICE", "holdfast")
# Calendars of countries have the public holidays of this year and so many more.
HOLIDAY_YEARS_AHEAD = env.number("HOLIDAY_YEARS_AHEAD", 2)
# A hard night (23:00 to 06:00 in the person's time zone) has so many pages, or so many minutes of work.
ONCALL_HARD_NIGHT_PAGES = env.number("ONCALL_HARD_NIGHT_PAGES", 2)
ONCALL_HARD_NIGHT_MINUTES = env.number("ONCALL_HARD_NIGHT_MINUTES", 60)
# A page that nobody answers for so many minutes is an alarm of the health checks.
UNANSWERED_ALARM_MINUTES = env.number("UNANSWERED_ALARM_MINUTES", 15)
METRICS_TOKEN = env.secret("METRICS_TOKEN")

# --- logs: one JSON object per line, each with the request id -------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "config.logs.AddRequestId"}},
    "formatters": {"json": {"()": "config.logs.JsonFormatter"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["request_id"]},
    },
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}

UNFOLD = {
    "SITE_TITLE": SITE_NAME,
    "SITE_HEADER": SITE_NAME,
    "SITE_SUBHEADER": "Administration",
    "SITE_URL": reverse_lazy("home"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: f"/{STATIC_URL}icon.svg"}],
    "COLORS": {
        "primary": {
            "50": "239 246 255", "100": "219 234 254", "200": "191 219 254", "300": "147 197 253",
            "400": "96 165 250", "500": "59 130 246", "600": "37 99 235", "700": "29 78 216",
            "800": "30 64 175", "900": "30 58 138", "950": "23 37 84",
        }
    },
    "SIDEBAR": {"show_search": True, "navigation": "config.administration.menu.navigation"},
    "DASHBOARD_CALLBACK": "config.administration.front_page.add_context",
}  # fmt: skip
DJANGO_TABLES2_TEMPLATE = "components/table.html"
FILTERS_EMPTY_CHOICE_LABEL = "Any"
SIMPLE_HISTORY_REVERT_DISABLED = True
