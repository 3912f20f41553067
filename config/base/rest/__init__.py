"""What the REST API shares: viewsets, serializers, permissions, errors, idempotency."""
