package io.portolan.core.campaign;

import io.portolan.core.ConflictException;
import io.portolan.core.NotFoundException;
import io.portolan.core.Page;
import io.portolan.core.Problems;
import io.portolan.core.database.Database;
import io.portolan.core.database.DatabaseException;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** The {@code template} table. Thread-safe; holds no state. */
public final class TemplateStore {
  private static final String INSERT =
      """
      INSERT INTO template (name, subject, html, body_text, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?)
      RETURNING *
      """;

  private static final String UPDATE =
      """
      UPDATE template SET name = ?, subject = ?, html = ?, body_text = ?, updated_at = ?
       WHERE id = ?
      RETURNING *
      """;

  private static final String FIND = "SELECT * FROM template WHERE id = ?";

  private static final String PAGE = "SELECT * FROM template WHERE id > ? ORDER BY id LIMIT ?";

  // drafts read it when they are scheduled, scheduled campaigns may become drafts again
  private static final String USERS =
      """
      SELECT id FROM campaign
       WHERE template_id = ? AND state IN ('draft', 'scheduled')
       ORDER BY id
       LIMIT 1
      """;

  // conflicts with the key share lock that a campaign takes when it comes to name the template
  private static final String LOCK = "SELECT id FROM template WHERE id = ? FOR UPDATE";

  private static final String DELETE = "DELETE FROM template WHERE id = ?";

  private final Database database;
  private final InstantSource clock;

  public TemplateStore(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * Makes a template.
   *
   * @throws io.portolan.core.InvalidException with every problem
   * @throws ConflictException if another has the name
   */
  public Template create(Template.Settings settings) {
    check(settings);
    Instant now = clock.instant();
    return unique(
        settings.name(),
        connection ->
            Sql.one(
                connection,
                INSERT,
                TemplateStore::template,
                settings.name(),
                settings.subject(),
                settings.html(),
                settings.text(),
                now,
                now));
  }

  /**
   * Replaces a template's settings. Campaigns that are scheduled or further keep the old ones.
   *
   * @throws io.portolan.core.InvalidException with every problem
   * @throws ConflictException if another has the name
   */
  public Template update(long id, Template.Settings settings) {
    check(settings);
    return unique(
        settings.name(),
        connection ->
            Sql.first(
                    connection,
                    UPDATE,
                    TemplateStore::template,
                    settings.name(),
                    settings.subject(),
                    settings.html(),
                    settings.text(),
                    clock.instant(),
                    id)
                .orElseThrow(() -> new NotFoundException("template", id)));
  }

  public Optional<Template> find(long id) {
    return database.read(connection -> Sql.first(connection, FIND, TemplateStore::template, id));
  }

  /** A template that must exist. */
  public Template get(long id) {
    return find(id).orElseThrow(() -> new NotFoundException("template", id));
  }

  /** Templates in the order in which they were made, from after an id; 0 for the first page. */
  public Page<Template> page(long after, int limit) {
    return Page.cut(
        database.read(
            connection -> Sql.list(connection, PAGE, TemplateStore::template, after, limit + 1)),
        limit,
        Template::id);
  }

  /**
   * Deletes a template.
   *
   * @throws ConflictException while a campaign may still read it
   */
  public void delete(long id) {
    database.execute(
        connection -> {
          if (Sql.first(connection, LOCK, row -> row.number("id"), id).isEmpty()) {
            throw new NotFoundException("template", id);
          }
          Optional<Long> user = Sql.first(connection, USERS, row -> row.number("id"), id);
          if (user.isPresent()) {
            throw new ConflictException(
                "Template %d is used by campaign %d, which has not been launched."
                    .formatted(id, user.get()));
          }
          Sql.update(connection, DELETE, id);
        });
  }

  static Template template(Row row) throws SQLException {
    return new Template(
        row.number("id"),
        new Template.Settings(
            row.text("name"), row.text("subject"), row.text("html"), row.text("body_text")),
        row.instant("created_at"),
        row.instant("updated_at"));
  }

  private Template unique(String name, Database.Work<Template> work) {
    try {
      return database.inTransaction(work);
    } catch (DatabaseException e) {
      if (e.isUniqueViolation()) {
        throw new ConflictException("There is a template named \"" + name + "\" already.");
      }
      throw e;
    }
  }

  private static void check(Template.Settings settings) {
    Problems problems = new Problems();
    problems.checkName("name", settings.name(), CampaignChecks.LONGEST_NAME);
    CampaignChecks.text("", settings.subject(), settings.html(), settings.text(), problems);
    problems.throwIfAny("The template is not right");
  }
}
