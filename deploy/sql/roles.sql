-- Schemas and roles, the same for the embedded platform, docker-compose, tests and production.
-- `assay migrate` runs this file as an administrator (a role that may create roles and schemas), then sets the
-- passwords, then migrates each schema as its owner. Safe to run again.
--
-- <service>_owner migrates its schema. <service>_app runs the service: no DDL, no DELETE unless a migration grants
-- it, no TRUNCATE, and nothing in another schema. The search path names the one schema a role may use.

REVOKE CREATE ON SCHEMA public FROM PUBLIC;

DO $$
DECLARE
  service text;
  owner text;
  app text;
BEGIN
  FOREACH service IN ARRAY ARRAY['intake', 'scoring', 'decision', 'limits', 'bus'] LOOP
    owner := service || '_owner';
    app := service || '_app';
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = owner) THEN
      EXECUTE format('CREATE ROLE %I LOGIN', owner);
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = app) THEN
      EXECUTE format('CREATE ROLE %I LOGIN', app);
    END IF;
    EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', service, owner);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', service, app);
    EXECUTE format('ALTER ROLE %I SET search_path = %I', owner, service);
    EXECUTE format('ALTER ROLE %I SET search_path = %I', app, service);
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT SELECT, INSERT, UPDATE ON TABLES TO %I',
                   owner, service, app);
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT USAGE ON SEQUENCES TO %I',
                   owner, service, app);
  END LOOP;
END
$$;
