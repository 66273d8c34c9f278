package io.portolan.core.campaign;

import io.portolan.core.ConflictException;
import io.portolan.core.Page;
import io.portolan.core.Problems;
import io.portolan.core.database.Database;
import io.portolan.core.database.Sql;
import io.portolan.core.json.Json;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The {@code campaign} table. Every change of state is one update that names the state it expects.
 * Thread-safe; holds no state.
 */
public final class CampaignStore {
  private static final String INSERT =
      """
      INSERT INTO campaign (name, list_id, template_id, content, send_window, in_doubt, guards, created_at, updated_at)
      VALUES (?, ?::bigint, ?::bigint, ?::jsonb, ?::jsonb, ?, ?::jsonb, ?, ?)
      RETURNING *
      """;

  private static final String EDIT =
      """
      UPDATE campaign
         SET name = ?, list_id = ?::bigint, template_id = ?::bigint, content = ?::jsonb,
             send_window = ?::jsonb, in_doubt = ?, guards = ?::jsonb, updated_at = ?, revision = revision + 1
       WHERE id = ? AND state = 'draft' AND revision = ?
      RETURNING *
      """;

  private static final String PAGE =
      """
      SELECT * FROM campaign
       WHERE id < ? AND (cardinality(?::text[]) = 0 OR state::text = ANY (?))
       ORDER BY id DESC
       LIMIT ?
      """;

  private static final String DELETE = "DELETE FROM campaign WHERE id = ? AND state = 'draft'";

  private static final String SCHEDULE =
      """
      UPDATE campaign
         SET state = 'scheduled', content = ?::jsonb, launch_at = ?, updated_at = ?,
             revision = revision + 1
       WHERE id = ? AND state = 'draft' AND revision = ?
      RETURNING *
      """;

  private static final String UNSCHEDULE =
      """
      UPDATE campaign
         SET state = 'draft', content = ?::jsonb, launch_at = NULL, updated_at = ?,
             revision = revision + 1
       WHERE id = ? AND state = 'scheduled' AND revision = ?
      RETURNING *
      """;

  private static final String MOVE =
      """
      UPDATE campaign
         SET state = ?::campaign_state, updated_at = ?, revision = revision + 1,
             launched_at = coalesce(launched_at, ?::timestamptz),
             ended_at = coalesce(ended_at, ?::timestamptz)
       WHERE id = ? AND state = ?::campaign_state
      RETURNING *
      """;

  private static final String FINISH_IF_DONE =
      """
      UPDATE campaign c
         SET state = 'finished', ended_at = ?, updated_at = ?, revision = revision + 1
       WHERE id = ? AND state IN ('running', 'paused') AND planned_at IS NOT NULL
         AND NOT EXISTS (SELECT FROM batch b WHERE b.campaign_id = c.id AND b.state <> 'done')
      """;

  private final Database database;
  private final InstantSource clock;

  public CampaignStore(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * Makes a draft.
   *
   * @throws io.portolan.core.InvalidException with every problem
   */
  public Campaign create(CampaignSettings settings) {
    Instant now = clock.instant();
    return database.inTransaction(
        connection -> {
          CampaignRows.checkDraft(connection, settings);
          return Sql.one(
              connection,
              INSERT,
              CampaignRows::campaign,
              settings.name(),
              settings.listId(),
              settings.templateId(),
              Json.write(settings.content()),
              settings.sendWindow().map(Json::write),
              settings.inDoubt().id(),
              Json.write(settings.guards()),
              now,
              now);
        });
  }

  /**
   * Replaces the settings of a draft.
   *
   * @param revision the one that the change was based on
   * @throws io.portolan.core.InvalidException with every problem
   * @throws ConflictException if it is no draft, or was changed since {@code revision}
   */
  public Campaign edit(long id, int revision, CampaignSettings settings) {
    return database.inTransaction(
        connection -> {
          CampaignRows.get(connection, id).lifecycle().requireDraft("edited");
          CampaignRows.checkDraft(connection, settings);
          return Sql.first(
                  connection,
                  EDIT,
                  CampaignRows::campaign,
                  settings.name(),
                  settings.listId(),
                  settings.templateId(),
                  Json.write(settings.content()),
                  settings.sendWindow().map(Json::write),
                  settings.inDoubt().id(),
                  Json.write(settings.guards()),
                  clock.instant(),
                  id,
                  revision)
              .orElseThrow(() -> CampaignRows.changed(id, revision));
        });
  }

  public Optional<Campaign> find(long id) {
    return database.read(connection -> CampaignRows.find(connection, id));
  }

  /** A campaign that must exist. */
  public Campaign get(long id) {
    return database.read(connection -> CampaignRows.get(connection, id));
  }

  public Page<Campaign> page(CampaignQuery query) {
    List<String> states = query.states().stream().map(CampaignState::id).sorted().toList();
    return Page.cut(
        database.read(
            connection ->
                Sql.list(
                    connection,
                    PAGE,
                    CampaignRows::campaign,
                    query.after().orElse(Long.MAX_VALUE),
                    states,
                    states,
                    query.limit() + 1)),
        query.limit(),
        Campaign::id);
  }

  /**
   * What a campaign says, for a check that {@link #schedule(long, Optional, CheckedContent)} needs.
   */
  public CheckedContent contentToCheck(long id) {
    return database.read(
        connection -> {
          Campaign campaign = CampaignRows.get(connection, id);
          return new CheckedContent(
              campaign.revision(), CampaignRows.content(connection, campaign));
        });
  }

  /** What a campaign says: its content, with the template's text where a draft names one. */
  public CampaignContent content(long id) {
    return database.read(
        connection -> CampaignRows.content(connection, CampaignRows.get(connection, id)));
  }

  /**
   * Deletes a draft.
   *
   * @throws ConflictException if it is none
   */
  public void delete(long id) {
    database.execute(
        connection -> {
          if (Sql.update(connection, DELETE, id) == 0) {
            CampaignRows.get(connection, id).lifecycle().requireDraft("deleted");
          }
        });
  }

  /**
   * Schedules a draft.
   *
   * @throws io.portolan.core.InvalidException if {@code launchAt} is past, something is missing, or
   *     nobody is there to send to; with every problem
   * @throws ConflictException if it is no draft
   */
  public Campaign schedule(long id, Instant launchAt) {
    return schedule(id, Optional.of(launchAt), Optional.empty());
  }

  /** Schedules a draft to be launched at once; see {@link #schedule(long, Instant)}. */
  public Campaign scheduleNow(long id) {
    return schedule(id, Optional.empty(), Optional.empty());
  }

  /**
   * Schedules a draft that was checked; see {@link #schedule(long, Instant)}.
   *
   * @param launchAt empty for at once
   * @throws ConflictException if the campaign or its template was changed since it was checked
   */
  public Campaign schedule(long id, Optional<Instant> launchAt, CheckedContent checked) {
    return schedule(id, launchAt, Optional.of(checked));
  }

  /** Makes a scheduled campaign a draft again. */
  public Campaign unschedule(long id) {
    return database.inTransaction(
        connection -> {
          Campaign campaign = CampaignRows.get(connection, id);
          campaign.lifecycle().unschedule();
          CampaignContent content = campaign.settings().content();
          boolean fromTemplate = campaign.settings().templateId().isPresent();
          return Sql.first(
                  connection,
                  UNSCHEDULE,
                  CampaignRows::campaign,
                  Json.write(fromTemplate ? content.withoutText() : content),
                  clock.instant(),
                  id,
                  campaign.revision())
              .orElseThrow(() -> CampaignRows.changed(id, campaign.revision()));
        });
  }

  /** Starts a scheduled campaign. */
  public Campaign launch(long id) {
    return move(id, CampaignLifecycle::launch);
  }

  public Campaign pause(long id) {
    return move(id, CampaignLifecycle::pause);
  }

  public Campaign resume(long id) {
    return move(id, CampaignLifecycle::resume);
  }

  /** Ends a campaign for good. Its open deliveries are not ended here. */
  public Campaign cancel(long id) {
    return move(id, CampaignLifecycle::cancel);
  }

  /**
   * Finishes a campaign that is planned and has no open batch. To be called after the commit that
   * closed a batch, so that of two that close the last ones together, the later sees both closed.
   *
   * @return whether it was finished by this call
   */
  public boolean finishIfDone(long id) {
    Instant now = clock.instant();
    return database.inTransaction(
        connection -> Sql.update(connection, FINISH_IF_DONE, now, now, id) == 1);
  }

  private Campaign schedule(long id, Optional<Instant> wanted, Optional<CheckedContent> checked) {
    return database.inTransaction(
        connection -> {
          Campaign campaign = CampaignRows.get(connection, id);
          campaign.lifecycle().schedule();
          CampaignContent content = CampaignRows.content(connection, campaign);
          CheckedContent found = new CheckedContent(campaign.revision(), content);
          if (checked.isPresent() && !checked.get().equals(found)) {
            throw new ConflictException(
                "Campaign %d, or its template, was changed while it was checked; look again and repeat."
                    .formatted(id));
          }
          Instant now = clock.instant();
          Instant launchAt = wanted.orElse(now);
          Problems problems = new Problems();
          if (launchAt.isBefore(now)) {
            problems.add("launchAt", launchAt + " is past; it is " + now);
          }
          CampaignChecks.complete(content, problems);
          CampaignRows.checkRecipients(
              connection, campaign.settings().listId(), content.sendingDomain(), now, problems);
          problems.throwIfAny("Campaign " + id + " cannot be scheduled");
          return Sql.first(
                  connection,
                  SCHEDULE,
                  CampaignRows::campaign,
                  Json.write(content),
                  launchAt,
                  now,
                  id,
                  campaign.revision())
              .orElseThrow(() -> CampaignRows.changed(id, campaign.revision()));
        });
  }

  private Campaign move(long id, UnaryOperator<CampaignLifecycle> transition) {
    return database.inTransaction(
        connection -> {
          while (true) {
            CampaignState from = CampaignRows.get(connection, id).state();
            CampaignState to = transition.apply(new CampaignLifecycle(id, from)).state();
            Instant now = clock.instant();
            Optional<Campaign> moved =
                Sql.first(
                    connection,
                    MOVE,
                    CampaignRows::campaign,
                    to.id(),
                    now,
                    to == CampaignState.RUNNING ? now : null,
                    to.isEnded() ? now : null,
                    id,
                    from.id());
            if (moved.isPresent()) {
              return moved.get();
            }
            // another changed the state in between: what is legal now is judged anew
          }
        });
  }
}
