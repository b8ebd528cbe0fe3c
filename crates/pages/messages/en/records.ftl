# Records, held documents, audit, settings.
