package io.portolan.core.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.ConflictException;
import io.portolan.core.InvalidException;
import io.portolan.core.InvalidException.Problem;
import io.portolan.core.NotFoundException;
import io.portolan.core.Page;
import io.portolan.core.database.TestDatabase;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CampaignStoreTest {
  private static final Instant NOW = Instant.parse("2026-11-24T09:00:00Z");
  private static final CampaignContent COMPLETE =
      new CampaignContent(
          "Shop", "news@shop.example", "", "Hi", "<p>Hi</p>", "Hi", MissingField.EMPTY);

  @RegisterExtension static final TestDatabase postgres = TestDatabase.create();

  private final CampaignStore campaigns =
      new CampaignStore(postgres.database(), InstantSource.fixed(NOW));

  @Test
  void makesADraftThatKeepsWhatItWasGiven() {
    CampaignSettings settings =
        new CampaignSettings(
            "Spring",
            Optional.of(list()),
            Optional.empty(),
            COMPLETE,
            Optional.of(
                new SendWindow(
                    Set.of(DayOfWeek.MONDAY),
                    LocalTime.of(8, 0),
                    LocalTime.of(18, 0),
                    ZoneId.of("Europe/Berlin"))),
            InDoubt.HOLD);

    Campaign made = campaigns.create(settings);

    assertThat(made.settings()).isEqualTo(settings);
    assertThat(made.state()).isEqualTo(CampaignState.DRAFT);
    assertThat(made.revision()).isEqualTo(1);
    assertThat(made.plannedThrough()).isZero();
    assertThat(made.times())
        .isEqualTo(
            new CampaignTimes(
                NOW, NOW, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()));
    assertThat(campaigns.find(made.id())).hasValue(made);
  }

  @Test
  void letsADraftBeIncomplete() {
    Campaign made = campaigns.create(settings(Optional.empty(), CampaignContent.EMPTY));

    assertThat(campaigns.get(made.id()).settings().content()).isEqualTo(CampaignContent.EMPTY);
  }

  @Test
  void refusesADraftThatCannotBeRightWithEveryProblem() {
    CampaignContent content =
        new CampaignContent(
            "Shop\r\nBcc: x@y.example",
            "no-address",
            "a@b.example\r\nBcc: x@y.example",
            "Hi\nthere",
            "\0",
            "",
            new MissingField(false, "\n"));
    CampaignSettings settings =
        new CampaignSettings(
            "", Optional.of(-1L), Optional.empty(), content, Optional.empty(), InDoubt.HOLD);

    assertThatThrownBy(() -> campaigns.create(settings))
        .isInstanceOfSatisfying(
            InvalidException.class,
            refused ->
                assertThat(refused.problems())
                    .extracting(Problem::place)
                    .containsExactlyInAnyOrder(
                        "name",
                        "content.fromName",
                        "content.fromAddress",
                        "content.replyTo",
                        "content.subject",
                        "content.html",
                        "content.missingField.value",
                        "listId"));
  }

  @Test
  void editsADraftAndRaisesItsRevision() {
    Campaign made = campaigns.create(settings(Optional.empty(), CampaignContent.EMPTY));

    Campaign edited = campaigns.edit(made.id(), 1, settings(Optional.of(list()), COMPLETE));

    assertThat(edited.revision()).isEqualTo(2);
    assertThat(edited.settings().content()).isEqualTo(COMPLETE);
    assertThat(campaigns.get(made.id())).isEqualTo(edited);
  }

  @Test
  void refusesAnEditThatWasBasedOnAnOlderRevision() {
    Campaign made = campaigns.create(settings(Optional.empty(), CampaignContent.EMPTY));
    campaigns.edit(made.id(), 1, settings(Optional.empty(), COMPLETE));

    assertThatThrownBy(
            () -> campaigns.edit(made.id(), 1, settings(Optional.empty(), CampaignContent.EMPTY)))
        .isInstanceOf(ConflictException.class)
        .hasMessage(
            "Campaign %d was changed since revision 1; read it again and repeat.", made.id());
    assertThat(campaigns.get(made.id()).settings().content()).isEqualTo(COMPLETE);
  }

  @Test
  void editsAndDeletesDraftsAlone() {
    Campaign campaign = campaigns.create(settings(Optional.of(list()), COMPLETE));
    campaigns.scheduleNow(campaign.id());

    assertThatThrownBy(() -> campaigns.edit(campaign.id(), 2, campaign.settings()))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("cannot be edited; it can be: unscheduled, launched, cancelled.");
    assertThatThrownBy(() -> campaigns.delete(campaign.id())).isInstanceOf(ConflictException.class);

    campaigns.unschedule(campaign.id());
    campaigns.delete(campaign.id());
    assertThat(campaigns.find(campaign.id())).isEmpty();
    assertThatThrownBy(() -> campaigns.delete(campaign.id())).isInstanceOf(NotFoundException.class);
  }

  @Test
  void givesPagesNewestFirstAndByState() {
    List<Long> made =
        List.of(
            campaigns.create(settings(Optional.of(list()), COMPLETE)).id(),
            campaigns.create(settings(Optional.of(list()), COMPLETE)).id(),
            campaigns.create(settings(Optional.of(list()), COMPLETE)).id());
    campaigns.cancel(made.get(1));

    Page<Campaign> first = campaigns.page(new CampaignQuery(Set.of(), Optional.empty(), 2));
    Page<Campaign> drafts =
        campaigns.page(
            new CampaignQuery(
                Set.of(CampaignState.DRAFT), first.next().map(last -> made.get(2) + 1), 1));

    assertThat(first.items()).extracting(Campaign::id).containsExactly(made.get(2), made.get(1));
    assertThat(first.next()).hasValue(made.get(1));
    assertThat(drafts.items()).extracting(Campaign::id).containsExactly(made.get(2));
    assertThat(
            campaigns
                .page(new CampaignQuery(Set.of(CampaignState.DRAFT), drafts.next(), 1))
                .items())
        .extracting(Campaign::id)
        .containsExactly(made.get(0));
  }

  @Test
  void schedulesACompleteDraft() {
    Campaign draft = campaigns.create(settings(Optional.of(list()), COMPLETE));
    Instant launchAt = NOW.plusSeconds(60);

    Campaign scheduled = campaigns.schedule(draft.id(), launchAt);

    assertThat(scheduled.state()).isEqualTo(CampaignState.SCHEDULED);
    assertThat(scheduled.times().launchAt()).hasValue(launchAt);
    assertThat(scheduled.revision()).isEqualTo(2);
  }

  @Test
  void schedulesForThisVeryMoment() {
    Campaign draft = campaigns.create(settings(Optional.of(list()), COMPLETE));

    assertThat(campaigns.scheduleNow(draft.id()).times().launchAt()).hasValue(NOW);
  }

  @Test
  void refusesToScheduleWhatIsIncompleteOrPastWithEveryProblem() {
    Campaign draft = campaigns.create(settings(Optional.empty(), CampaignContent.EMPTY));

    assertThatThrownBy(() -> campaigns.schedule(draft.id(), NOW.minusMillis(1)))
        .isInstanceOfSatisfying(
            InvalidException.class,
            refused ->
                assertThat(refused.problems())
                    .containsExactly(
                        new Problem(
                            "launchAt",
                            "2026-11-24T08:59:59.999Z is past; it is 2026-11-24T09:00:00Z"),
                        new Problem("content.fromAddress", "is missing"),
                        new Problem("content.subject", "is missing"),
                        new Problem(
                            "content.text",
                            "is missing, and content.html too; one of them is needed"),
                        new Problem("listId", "is missing")));
    assertThat(campaigns.get(draft.id()).state()).isEqualTo(CampaignState.DRAFT);
  }

  @Test
  void refusesToScheduleForNobody() {
    long empty = list();
    postgres.execute("DELETE FROM recipient WHERE list_id = ?", empty);
    Campaign draft = campaigns.create(settings(Optional.of(empty), COMPLETE));

    assertThatThrownBy(() -> campaigns.scheduleNow(draft.id()))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("listId is list " + empty + ", which has no recipients");
  }

  @Test
  void refusesToScheduleForSuppressedRecipientsAlone() {
    long list =
        list(
            "anna@one-suppressed.example",
            "ben@all-suppressed.example",
            "cleo@mail.all-suppressed.example");
    Campaign draft = campaigns.create(settings(Optional.of(list), COMPLETE));
    suppress("address", "anna@one-suppressed.example");
    suppress("domain", "all-suppressed.example");

    assertThatThrownBy(() -> campaigns.scheduleNow(draft.id()))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("whose recipients are all suppressed");

    postgres.execute("DELETE FROM suppression WHERE value = 'all-suppressed.example'");
    assertThat(campaigns.scheduleNow(draft.id()).state()).isEqualTo(CampaignState.SCHEDULED);
  }

  @Test
  void copiesATemplateInWhenScheduledAndTakesItOutAgain() {
    TemplateStore templates = new TemplateStore(postgres.database(), InstantSource.fixed(NOW));
    long template =
        templates.create(new Template.Settings("spring", "Spring!", "<p>Green</p>", "Green")).id();
    CampaignContent sender =
        new CampaignContent("", "news@shop.example", "", "", "", "", MissingField.ERROR);
    CampaignContent whole =
        new CampaignContent(
            "", "news@shop.example", "", "Spring!", "<p>Green</p>", "Green", MissingField.ERROR);
    CampaignSettings settings =
        new CampaignSettings(
            "c",
            Optional.of(list()),
            Optional.of(template),
            sender,
            Optional.empty(),
            InDoubt.RESEND);
    long id = campaigns.create(settings).id();

    assertThat(campaigns.get(id).settings().content()).isEqualTo(sender);
    assertThat(campaigns.content(id)).isEqualTo(whole);

    assertThat(campaigns.scheduleNow(id).settings().content()).isEqualTo(whole);
    templates.update(template, new Template.Settings("spring", "Summer!", "", "Hot"));
    assertThat(campaigns.content(id)).isEqualTo(whole);

    assertThat(campaigns.unschedule(id).settings().content()).isEqualTo(sender);
    assertThat(campaigns.content(id).subject()).isEqualTo("Summer!");
  }

  @Test
  void refusesToScheduleWhatNobodyChecked() {
    TemplateStore templates = new TemplateStore(postgres.database(), InstantSource.fixed(NOW));
    long template = templates.create(new Template.Settings("checked", "s", "", "t")).id();
    CampaignContent sender =
        new CampaignContent("", "news@shop.example", "", "", "", "", MissingField.ERROR);
    CampaignSettings settings =
        new CampaignSettings(
            "c",
            Optional.of(list()),
            Optional.of(template),
            sender,
            Optional.empty(),
            InDoubt.RESEND);
    Campaign draft = campaigns.create(settings);
    CheckedContent checked = campaigns.contentToCheck(draft.id());

    templates.update(template, new Template.Settings("checked", "s", "", "another"));
    assertThatThrownBy(() -> campaigns.schedule(draft.id(), Optional.empty(), checked))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("template, was changed");

    CheckedContent again = campaigns.contentToCheck(draft.id());
    campaigns.edit(draft.id(), draft.revision(), settings);
    assertThatThrownBy(() -> campaigns.schedule(draft.id(), Optional.empty(), again))
        .isInstanceOf(ConflictException.class);

    CheckedContent last = campaigns.contentToCheck(draft.id());
    assertThat(campaigns.schedule(draft.id(), Optional.empty(), last).state())
        .isEqualTo(CampaignState.SCHEDULED);
  }

  @Test
  void refusesTextBesideATemplate() {
    TemplateStore templates = new TemplateStore(postgres.database(), InstantSource.fixed(NOW));
    long template = templates.create(new Template.Settings("beside", "s", "", "t")).id();
    CampaignSettings settings =
        new CampaignSettings(
            "c",
            Optional.empty(),
            Optional.of(template),
            COMPLETE,
            Optional.empty(),
            InDoubt.RESEND);

    assertThatThrownBy(() -> campaigns.create(settings))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("content.subject must be empty: it comes from the template");
  }

  private static CampaignSettings settings(Optional<Long> list, CampaignContent content) {
    return new CampaignSettings(
        "campaign", list, Optional.empty(), content, Optional.empty(), InDoubt.RESEND);
  }

  private static void suppress(String kind, String value) {
    postgres.execute(
        "INSERT INTO suppression (kind, value, reason, source) VALUES (?, ?, 'r', 's')",
        kind,
        value);
  }

  private static long list(String... addresses) {
    long list =
        postgres.number(
            "INSERT INTO mailing_list (name) VALUES (gen_random_uuid()::text) RETURNING id");
    for (String address : addresses.length > 0 ? addresses : new String[] {"anna@a.example"}) {
      postgres.execute(
          """
          INSERT INTO recipient (list_id, address, address_key, domain)
          VALUES (?, ?, ?, ?)
          """,
          list,
          address,
          address,
          address.substring(address.indexOf('@') + 1));
    }
    return list;
  }
}
