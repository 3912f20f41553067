"""The proxies of docs/deploy: read bodies first, limit them, and log no key (bad input 16)."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.config.test_redaction import ADDRESSES, VALUE

DEPLOY = Path(__file__).resolve().parents[2] / "docs" / "deploy"
NGINX = (DEPLOY / "nginx.conf").read_text()
CADDY = (DEPLOY / "Caddyfile").read_text()


OF_A_NEW_SENDER = f"/integrations/new-sender/2/{VALUE}"


@pytest.mark.parametrize("address", [*ADDRESSES, OF_A_NEW_SENDER])
class TestLogs:
    def test_of_nginx_hold_no_key(self, address: str) -> None:
        block = NGINX.split("map $uri $uri_without_key {")[1].split("}\n")[0]
        rules = re.findall(r'"~(\^.+)"\s+"\$1\[key\]";', block)
        logged = next((f"{match[1]}[key]" for rule in rules if (match := re.match(rule, address))), address)

        assert VALUE not in logged
        assert "$request " not in NGINX
        assert not {"$request_uri", "$args", "$http_referer"} & set(re.findall(r"\$\w+", NGINX))

    def test_of_caddy_hold_no_key(self, address: str) -> None:
        [rule] = re.findall(r'request>uri regexp "(.+)" "\$\{1\}\[key\]"', CADDY)

        assert VALUE not in re.sub(rule, r"\1[key]", address)
        assert VALUE not in re.sub(rule, r"\1[key]", f"/incidents/?token={VALUE}")


class TestLimits:
    def test_let_through_what_the_portal_takes_and_no_more(self) -> None:
        assert settings.BODY_MAX_BYTES == 1024 * 1024
        assert "client_max_body_size 1m;" in NGINX
        assert "max_size 1MB" in CADDY
        intake = NGINX.split("location /integrations/ {")[1]
        megabytes = int(re.findall(r"client_max_body_size (\d+)m", intake)[0])
        assert megabytes * 1024 * 1024 > settings.INTAKE_ALERTMANAGER_MAX_BYTES

    def test_read_a_request_whole_before_the_portal_sees_it(self) -> None:
        assert "proxy_request_buffering on;" in NGINX
        assert CADDY.count("request_buffers") == CADDY.count("reverse_proxy")
