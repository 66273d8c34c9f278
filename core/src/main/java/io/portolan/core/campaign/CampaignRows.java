package io.portolan.core.campaign;

import io.portolan.core.ConflictException;
import io.portolan.core.NotFoundException;
import io.portolan.core.Problems;
import io.portolan.core.address.Domain;
import io.portolan.core.database.Row;
import io.portolan.core.database.Sql;
import io.portolan.core.json.Json;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/** Reads campaigns, and what they refer to, within a transaction of {@link CampaignStore}. */
final class CampaignRows {
  private static final String FIND = "SELECT * FROM campaign WHERE id = ?";

  private static final String LIST_EXISTS = "SELECT FROM mailing_list WHERE id = ?";

  private static final String TEMPLATE = "SELECT * FROM template WHERE id = ?";

  private static final String LIST_HAS_RECIPIENTS =
      "SELECT EXISTS (SELECT FROM recipient WHERE list_id = ?) AS found";

  private static final String LIST_HAS_SENDABLE =
      """
      SELECT EXISTS (
               SELECT FROM recipient r
                WHERE r.list_id = ?
                  AND NOT EXISTS (SELECT FROM covering_suppression(r.address_key, r.domain, r.list_id, ?::text, ?::timestamptz))) AS found
      """;

  private CampaignRows() {}

  static Optional<Campaign> find(Connection connection, long id) throws SQLException {
    return Sql.first(connection, FIND, CampaignRows::campaign, id);
  }

  static Campaign get(Connection connection, long id) throws SQLException {
    return find(connection, id).orElseThrow(() -> new NotFoundException("campaign", id));
  }

  /** The content as it would be sent. */
  static CampaignContent content(Connection connection, Campaign campaign) throws SQLException {
    CampaignSettings settings = campaign.settings();
    if (campaign.state() != CampaignState.DRAFT || settings.templateId().isEmpty()) {
      return settings.content();
    }
    long templateId = settings.templateId().get();
    return Sql.first(connection, TEMPLATE, TemplateStore::template, templateId)
        .map(template -> settings.content().from(template))
        .orElseThrow(() -> new NotFoundException("template", templateId));
  }

  /** Checks what a draft says and that what it refers to exists. */
  static void checkDraft(Connection connection, CampaignSettings settings) throws SQLException {
    Problems problems = new Problems();
    CampaignChecks.draft(settings, problems);
    checkExists(connection, "listId", "list", LIST_EXISTS, settings.listId(), problems);
    checkExists(connection, "templateId", "template", TEMPLATE, settings.templateId(), problems);
    problems.throwIfAny("The campaign is not right");
  }

  /** Checks that there is somebody to send to. */
  static void checkRecipients(
      Connection connection,
      Optional<Long> listId,
      Optional<Domain> sendingDomain,
      Instant now,
      Problems problems)
      throws SQLException {
    if (listId.isEmpty()) {
      problems.add("listId", "is missing");
    } else if (!holds(connection, LIST_HAS_RECIPIENTS, listId.get())) {
      problems.add("listId", "is list " + listId.get() + ", which has no recipients");
    } else if (!Sql.one(
        connection,
        LIST_HAS_SENDABLE,
        row -> row.flag("found"),
        listId.get(),
        sendingDomain.map(Domain::name),
        now)) {
      problems.add("listId", "is list " + listId.get() + ", whose recipients are all suppressed");
    }
  }

  /** The refusal of a change that was based on an older revision than the stored one. */
  static ConflictException changed(long id, int revision) {
    return new ConflictException(
        "Campaign %d was changed since revision %d; read it again and repeat."
            .formatted(id, revision));
  }

  static Campaign campaign(Row row) throws SQLException {
    return new Campaign(
        row.number("id"),
        CampaignState.of(row.text("state")).orElseThrow(),
        row.integer("revision"),
        settings(row),
        times(row),
        row.number("planned_through"));
  }

  private static CampaignSettings settings(Row row) throws SQLException {
    return new CampaignSettings(
        row.text("name"),
        row.optionalNumber("list_id"),
        row.optionalNumber("template_id"),
        Json.read(row.text("content"), CampaignContent.class),
        row.optionalText("send_window").map(json -> Json.read(json, SendWindow.class)),
        InDoubt.of(row.text("in_doubt")).orElseThrow(),
        Json.read(row.text("guards"), CampaignGuards.class));
  }

  private static CampaignTimes times(Row row) throws SQLException {
    return new CampaignTimes(
        row.instant("created_at"),
        row.instant("updated_at"),
        row.optionalInstant("launch_at"),
        row.optionalInstant("launched_at"),
        row.optionalInstant("planned_at"),
        row.optionalInstant("ended_at"));
  }

  private static void checkExists(
      Connection connection,
      String place,
      String what,
      String sql,
      Optional<Long> id,
      Problems problems)
      throws SQLException {
    if (id.isPresent() && Sql.first(connection, sql, row -> true, id.get()).isEmpty()) {
      problems.add(place, "is " + id.get() + ", and there is no such " + what);
    }
  }

  private static boolean holds(Connection connection, String sql, long listId) throws SQLException {
    return Sql.one(connection, sql, row -> row.flag("found"), listId);
  }
}
