"""The cache without Redis: the sign-in page must open then too."""

from collections.abc import Callable

import pytest
from django.conf import settings
from redis.exceptions import ConnectionError as RedisAway

from config.base.data.cache import FallbackRedisCache


@pytest.fixture
def away() -> FallbackRedisCache:
    cache = FallbackRedisCache("redis://127.0.0.1:1/0", {"OPTIONS": {"socket_connect_timeout": 0.2}})
    cache._memory.clear()
    return cache


@pytest.fixture
def here() -> FallbackRedisCache:
    cache = FallbackRedisCache(settings.REDIS_URL, {})
    cache.clear()
    return cache


class TestWithoutRedis:
    def test_keeps_values_in_memory(self, away: FallbackRedisCache) -> None:
        away.set("a", 1)

        assert away.get("a") == 1
        assert away.incr("a") == 2
        assert not away.add("a", 5)
        assert away.get_or_set("b", 3) == 3
        away.delete("a")
        assert away.get("a") is None

    def test_calls_redis_again_after_a_rest_and_not_before(
        self, away: FallbackRedisCache, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calls = []

        class Client:
            def __getattr__(self, name: str) -> Callable[..., None]:
                def fail(*args: object, **kwargs: object) -> None:
                    calls.append(name)
                    raise RedisAway("away")

                return fail

        monkeypatch.setitem(vars(away), "_cache", Client())
        away.get("a")
        away.get("a")
        assert len(calls) == 1

        away._rest_until = 0.0
        away.get("a")
        assert len(calls) == 2


class TestWithRedis:
    def test_keeps_values_there(self, here: FallbackRedisCache) -> None:
        here.set("a", {"b": [1]})

        assert FallbackRedisCache(settings.REDIS_URL, {}).get("a") == {"b": [1]}
        assert here._memory.get("a") is None

    def test_passes_mistakes_on(self, here: FallbackRedisCache) -> None:
        with pytest.raises(ValueError, match="not found"):
            here.incr("missing")
