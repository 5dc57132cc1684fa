"""Mautic: signed webhooks about contacts, companies, page hits, forms and e-mails."""
