"""Parts of text messages by the rules of GSM 03.38."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.base.data.sms_segments import count_segments

BASIC = string.ascii_letters + string.digits + " .,:;!?@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉÄÖÑÜ§¿äöñüà¡¤"
EXTENDED = "^{}\\[~]|€\f"


class TestCountSegments:
    @pytest.mark.parametrize(
        ("text", "encoding", "units", "parts"),
        [
            ("", "GSM-7", 0, 1),
            ("a" * 160, "GSM-7", 160, 1),
            ("a" * 161, "GSM-7", 161, 2),
            ("a" * 306, "GSM-7", 306, 2),
            ("a" * 307, "GSM-7", 307, 3),
            ("€" * 80, "GSM-7", 160, 1),
            ("a" + "€" * 80, "GSM-7", 161, 2),
            ("č" * 70, "UCS-2", 70, 1),
            ("č" * 71, "UCS-2", 71, 2),
            ("č" * 134, "UCS-2", 134, 2),
            ("č" * 135, "UCS-2", 135, 3),
            ("🔥" * 35, "UCS-2", 70, 1),
            ("🔥" * 36, "UCS-2", 72, 2),
            ("a" * 69 + "🔥", "UCS-2", 71, 2),
            ("ç", "UCS-2", 1, 1),  # only the capital one is in the alphabet
            ("`", "UCS-2", 1, 1),
        ],
    )
    def test_follows_the_rules(self, text: str, encoding: str, units: int, parts: int) -> None:
        result = count_segments(text)

        assert (result.encoding, result.units, result.parts) == (encoding, units, parts)

    def test_splits_no_character_of_two_units(self) -> None:
        assert count_segments("a" * 152 + "€" + "a" * 152).parts == 3
        assert count_segments("č" * 66 + "🔥" + "č" * 66).parts == 3

    def test_names_what_makes_it_longer_once_each(self) -> None:
        assert count_segments("čaj č 🔥").outside == ("č", "🔥")

    @given(st.text(alphabet=BASIC + EXTENDED, max_size=1000))
    def test_counts_extended_characters_twice(self, text: str) -> None:
        result = count_segments(text)

        assert result.encoding == "GSM-7"
        assert result.units == len(text) + sum(text.count(char) for char in EXTENDED)

    @given(st.text(min_size=1, max_size=500))
    def test_of_any_text_fits_its_parts_and_no_fewer(self, text: str) -> None:
        result = count_segments(text)
        single, part = (160, 153) if result.encoding == "GSM-7" else (70, 67)

        assert (result.parts == 1) == (result.units <= single)
        if result.parts > 1:
            assert result.units <= result.parts * part
            assert result.units > (result.parts - 1) * (part - 1)

    @given(st.text(alphabet=BASIC, min_size=1, max_size=400), st.sampled_from("čñ€🔥ж"))
    def test_never_shrinks_with_one_more_character(self, text: str, char: str) -> None:
        assert count_segments(text + char).parts >= count_segments(text).parts

    @given(st.text(min_size=1, max_size=200))
    def test_in_ucs2_counts_as_utf_16_does(self, text: str) -> None:
        result = count_segments(text + "ж")

        assert result.units == len((text + "ж").encode("utf-16-be", "surrogatepass")) // 2
