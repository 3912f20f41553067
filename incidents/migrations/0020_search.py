"""Global search: the words of tickets, how they are spelled, and the triggers that keep them right."""

import config.base.data.search_vectors
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from config.base.data.batched_migration import BatchedMigration

TEXT = r"""
CREATE TEXT SEARCH CONFIGURATION public.holdfast (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION public.holdfast
    ALTER MAPPING FOR word, hword, hword_part WITH public.unaccent, pg_catalog.english_stem;
CREATE FUNCTION holdfast_vector(value text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('public.holdfast'::regconfig, translate(left(value, 150000), '-./_:@#<>&+=|', '             '))
$$;
CREATE TEXT SEARCH CONFIGURATION public.holdfast_names (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION public.holdfast_names
    ALTER MAPPING FOR word, hword, hword_part WITH public.unaccent, pg_catalog.simple;
CREATE FUNCTION holdfast_spellings(word text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_append(array_agg(left(word, place - 1) || substr(word, place + 1)), word)
    FROM generate_series(1, length(word)) place
$$;
CREATE FUNCTION holdfast_name_spellings(name text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_agg(DISTINCT spelling) FROM
        unnest(tsvector_to_array(to_tsvector('public.holdfast_names'::regconfig, translate(name, '-./_@', '     ')))) word,
        unnest(public.holdfast_spellings(word)) spelling
    WHERE length(word) >= 4
$$;
"""
# Searching calls these. A word that tickets do not have is looked for in the spellings that are one error away.
QUERIES = r"""
CREATE FUNCTION holdfast_close(typed text, is_last boolean) RETURNS SETOF text LANGUAGE plpgsql STABLE AS $$
DECLARE plain text := public.unaccent(lower(typed));
BEGIN
    IF plain !~ '^[[:alpha:]]{4,24}$' OR EXISTS (
        SELECT FROM public.incidents_spelling known WHERE known.word ~>=~ plain
        AND known.word ~<=~ CASE WHEN is_last THEN plain || chr(1114111) ELSE plain END
    ) THEN
        RETURN;
    END IF;
    RETURN QUERY
        SELECT near.word::text FROM public.incidents_spelling near
        WHERE public.holdfast_spellings(near.word) && public.holdfast_spellings(plain)
        AND public.holdfast_vector(near.word) <> public.holdfast_vector(plain)
        ORDER BY public.similarity(near.word, plain) DESC, near.word LIMIT 5;
END $$;
CREATE FUNCTION holdfast_close_words(words text[]) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(near.word), '{}') FROM unnest(words) WITH ORDINALITY typed(word, place),
        LATERAL public.holdfast_close(typed.word, place = cardinality(words)) near(word)
$$;
CREATE FUNCTION holdfast_query(words text[]) RETURNS tsquery LANGUAGE plpgsql STABLE AS $$
DECLARE
    query tsquery;
    part tsquery;
    near tsquery;
    place integer;
    is_last boolean;
BEGIN
    FOR place IN 1 .. coalesce(cardinality(words), 0) LOOP
        is_last := place = cardinality(words);
        part := plainto_tsquery('public.holdfast', words[place]);
        IF is_last AND length(words[place]) >= 3 AND words[place] ~ '^\w+$' AND numnode(part) > 0 THEN
            part := part || to_tsquery('public.holdfast', words[place] || ':*');
        END IF;
        CONTINUE WHEN numnode(part) = 0;
        FOR near IN SELECT plainto_tsquery('public.holdfast', close.word)
            FROM public.holdfast_close(words[place], is_last) close(word)
        LOOP
            part := part || near;
        END LOOP;
        query := CASE WHEN query IS NULL THEN part ELSE query && part END;
    END LOOP;
    RETURN coalesce(query, ''::tsquery);
END $$;
"""
# Rows are only added, so that a page, an acknowledgement or a note waits for nobody else's.
TRIGGERS = r"""
CREATE FUNCTION holdfast_ticket_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.incidents_tickettext (ticket_id, vector, fresh_since)
    VALUES (NEW.id, strip(public.holdfast_vector(NEW.title || ' ' || left(NEW.description, 50000))), statement_timestamp());
    RETURN NULL;
END $$;
CREATE FUNCTION holdfast_entry_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.incidents_tickettext (ticket_id, vector, fresh_since)
    SELECT NEW.ticket_id, strip(public.holdfast_vector(ticket.title || ' ' || left(NEW.text, 50000))), statement_timestamp()
    FROM public.incidents_ticket ticket WHERE ticket.id = NEW.ticket_id;
    RETURN NULL;
END $$;
CREATE FUNCTION holdfast_entry_words_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public.incidents_tickettext SET fresh_since = statement_timestamp()
    WHERE ticket_id = OLD.ticket_id AND fresh_since IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER search_added AFTER INSERT ON incidents_ticket
    FOR EACH ROW EXECUTE FUNCTION holdfast_ticket_words();
CREATE TRIGGER search_changed AFTER UPDATE OF title, description ON incidents_ticket FOR EACH ROW
    WHEN ((OLD.title, OLD.description) IS DISTINCT FROM (NEW.title, NEW.description))
    EXECUTE FUNCTION holdfast_ticket_words();
CREATE TRIGGER search_added AFTER INSERT ON incidents_timelineentry FOR EACH ROW
    WHEN (NEW.kind IN ('note', 'comment')) EXECUTE FUNCTION holdfast_entry_words();
CREATE TRIGGER search_changed AFTER UPDATE OF text OR DELETE ON incidents_timelineentry FOR EACH ROW
    WHEN (OLD.kind IN ('note', 'comment')) EXECUTE FUNCTION holdfast_entry_words_changed();
"""
# The engine reads the words of the tickets that were there before, the newest first; until then it finds fewer.
WAITING = """
INSERT INTO incidents_tickettext (ticket_id, vector, fresh_since)
SELECT id, '', '2000-01-01 00:00+00' FROM incidents_ticket ORDER BY id
"""
NO_TRIGGERS = """
DROP TRIGGER search_added ON incidents_ticket;
DROP TRIGGER search_changed ON incidents_ticket;
DROP TRIGGER search_added ON incidents_timelineentry;
DROP TRIGGER search_changed ON incidents_timelineentry;
DROP FUNCTION holdfast_ticket_words();
DROP FUNCTION holdfast_entry_words();
DROP FUNCTION holdfast_entry_words_changed();
"""
NO_QUERIES = """
DROP FUNCTION holdfast_query(text[]);
DROP FUNCTION holdfast_close_words(text[]);
DROP FUNCTION holdfast_close(text, boolean);
"""
NO_TEXT = """
DROP FUNCTION holdfast_name_spellings(text);
DROP TEXT SEARCH CONFIGURATION public.holdfast_names;
DROP FUNCTION holdfast_spellings(text);
DROP FUNCTION holdfast_vector(text);
DROP TEXT SEARCH CONFIGURATION public.holdfast;
"""


class Migration(BatchedMigration):

    dependencies = [
        ('incidents', '0019_requesters_and_open_words'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(TEXT, NO_TEXT),
        migrations.CreateModel(
            name='Spelling',
            fields=[
                ('word', models.CharField(max_length=24, primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name='TicketText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('vector', django.contrib.postgres.search.SearchVectorField()),
                ('fresh_since', models.DateTimeField(help_text='Since when it waits to be merged; empty: it is the row of the ticket.', null=True)),
            ],
        ),
        migrations.AddIndex(
            model_name='contact',
            index=django.contrib.postgres.indexes.GinIndex(config.base.data.search_vectors.TextVector('name', 'email', 'organisation', 'location'), name='incidents_contact_words'),
        ),
        migrations.AddIndex(
            model_name='contact',
            index=django.contrib.postgres.indexes.GinIndex(models.Func(models.F('name'), function='holdfast_name_spellings'), name='incidents_contact_close'),
        ),
        migrations.AddIndex(
            model_name='spelling',
            index=django.contrib.postgres.indexes.GinIndex(models.Func(models.F('word'), function='holdfast_spellings'), name='incidents_spelling_close'),
        ),
        migrations.AddField(
            model_name='tickettext',
            name='ticket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='incidents.ticket'),
        ),
        migrations.AddIndex(
            model_name='tickettext',
            index=django.contrib.postgres.indexes.GinIndex(fields=['vector'], name='incidents_tickettext_words'),
        ),
        migrations.AddIndex(
            model_name='tickettext',
            index=models.Index(condition=models.Q(('fresh_since__isnull', False)), fields=['fresh_since'], name='incidents_tickettext_fresh'),
        ),
        migrations.AddConstraint(
            model_name='tickettext',
            constraint=models.UniqueConstraint(condition=models.Q(('fresh_since__isnull', True)), fields=('ticket',), name='incidents_tickettext_once'),
        ),
        migrations.RunSQL(QUERIES, NO_QUERIES),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        migrations.RunSQL(WAITING, migrations.RunSQL.noop),
    ]
