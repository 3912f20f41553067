"""Inserting many tickets at once, parent and child rows, which Django's `bulk_create` refuses."""

from collections.abc import Sequence

from django.db import connection, transaction

from incidents.models import Ticket


@transaction.atomic
def insert_many(children: Sequence[Ticket]) -> list[Ticket]:
    """Insert unsaved incidents or problems (all of one class) and return their rows, in the same order.

    The parents go through `Ticket.objects`, their numbers from the sequence; the children follow in one
    statement. No timeline is written and nobody is paged.
    """
    if not children:
        return []
    model = type(children[0])
    shared = [field.attname for field in Ticket._meta.concrete_fields if field.attname not in {"id", "number"}]
    tickets = Ticket.objects.bulk_create(
        [Ticket(**{name: getattr(child, name) for name in shared}) for child in children], batch_size=500
    )
    for ticket, child in zip(tickets, children, strict=True):  # else each use of a row's team is a query
        ticket._state.fields_cache.update(child._state.fields_cache)
    own = [field for field in model._meta.local_concrete_fields if not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in own)
    slots = ", ".join(["%s"] * (len(own) + 1))
    with connection.cursor() as cursor:
        cursor.executemany(
            f'INSERT INTO "{model._meta.db_table}" (ticket_ptr_id, {columns}) VALUES ({slots})',  # noqa: S608 - the model's own names
            [
                (ticket.pk, *(field.get_db_prep_save(getattr(child, field.attname), connection) for field in own))
                for ticket, child in zip(tickets, children, strict=True)
            ],
        )
    return tickets
