"""What customers are told: status page, updates, maintenance, subscriptions and mails."""
