"""What every request passes: its id, privacy, content policy and time zone (bad input 74, 79, 80)."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


class TestRequestId:
    def test_is_made_and_returned(self, client: Client) -> None:
        assert len(client.get("/healthz").headers["X-Request-ID"]) == 32

    def test_is_kept_when_the_caller_sends_one(self, client: Client) -> None:
        response = client.get("/healthz", headers={"X-Request-ID": "trace-12345678"})

        assert response.headers["X-Request-ID"] == "trace-12345678"

    @pytest.mark.parametrize("header", ["short", "x" * 65, "with space in it", 'quote"quote"', "täglich-12345"])
    def test_is_replaced_if_it_is_malformed(self, client: Client, header: str) -> None:
        assert client.get("/healthz", headers={"X-Request-ID": header}).headers["X-Request-ID"] != header


class TestPrivacy:
    @pytest.mark.parametrize("path", ["/accounts/login/", "/admin/", "/api/v1/", "/no/such/page.css", "/healthz"])
    def test_keeps_every_answer_out_of_shared_caches(self, client: Client, path: str) -> None:
        assert "no-store" in client.get(path).headers["Cache-Control"]

    def test_holds_for_signed_in_pages_with_made_up_suffixes(self, client: Client) -> None:
        client.force_login(UserFactory())

        assert client.get("/incidents/x.css").status_code == 404


class TestHeaders:
    def test_forbid_frames_sniffing_and_telling_where_one_came_from(self, client: Client) -> None:
        headers = client.get("/accounts/login/").headers

        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]

    @pytest.mark.parametrize("path", ["/accounts/login/", "/no/such/page"])
    def test_let_the_portal_run_its_own_files_only(self, client: Client, path: str) -> None:
        policy = client.get(path).headers["Content-Security-Policy"]

        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy + ";"
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy

    def test_are_looser_in_the_administration_only(self, client: Client) -> None:
        client.force_login(UserFactory(is_staff=True, is_superuser=True))

        assert "unsafe-eval" in client.get(reverse("admin:index")).headers["Content-Security-Policy"]
        assert "unsafe" not in client.get("/administration/").headers["Content-Security-Policy"]


class TestTimeZone:
    def test_follows_the_person(self, client: Client) -> None:
        user = UserFactory(time_zone="Asia/Tokyo", is_staff=True, is_superuser=True)
        client.force_login(user)

        page = client.get(reverse("admin:oncall_user_change", args=[user.pk])).content.decode()

        assert "Asia/Tokyo" in page
