package io.portolan.api.http;

import static io.portolan.api.http.Requests.body;
import static io.portolan.api.http.Requests.bodyOr;
import static io.portolan.api.http.Requests.created;
import static io.portolan.api.http.Requests.id;
import static io.portolan.api.http.Requests.json;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.portolan.api.application.Application;
import io.portolan.api.application.Stores;
import io.portolan.api.dns.LaunchNote;
import io.portolan.api.hold.HoldsView;
import io.portolan.api.hold.ResumeRequest;
import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.campaign.Campaign;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.CampaignGuards;
import io.portolan.core.campaign.CampaignQuery;
import io.portolan.core.campaign.CampaignSettings;
import io.portolan.core.campaign.CampaignState;
import io.portolan.core.campaign.CheckedContent;
import io.portolan.core.campaign.InDoubt;
import io.portolan.core.campaign.MissingField;
import io.portolan.core.campaign.SendWindow;
import io.portolan.core.list.Recipient;
import io.portolan.sender.lane.TestSender;
import io.portolan.sender.message.ContentCheck;
import io.portolan.sender.message.Preview;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Campaigns: writing, looking at, testing, scheduling and steering them. */
final class CampaignsApi {
  private static final Logger log = LoggerFactory.getLogger(CampaignsApi.class);

  private static final String CAMPAIGNS = "/api/v1/campaigns";
  private static final String ONE = CAMPAIGNS + "/{id}";
  private static final int MOST_TESTS = 20;

  private final Application.Parts parts;
  private final Stores stores;
  private final ContentCheck check;
  private final LaunchNote launchNote;

  CampaignsApi(Application.Parts parts, ContentCheck check) {
    this.parts = parts;
    stores = parts.stores();
    this.check = check;
    launchNote = new LaunchNote(parts.stores().dnsHealth());
  }

  record ContentRequest(
      Optional<String> fromName,
      Optional<String> fromAddress,
      Optional<String> replyTo,
      Optional<String> subject,
      Optional<String> html,
      Optional<String> text,
      Optional<MissingField> missingField) {

    static ContentRequest of(CampaignContent content) {
      return new ContentRequest(
          Optional.of(content.fromName()),
          Optional.of(content.fromAddress()),
          Optional.of(content.replyTo()),
          Optional.of(content.subject()),
          Optional.of(content.html()),
          Optional.of(content.text()),
          Optional.of(content.missingField()));
    }

    CampaignContent content() {
      return new CampaignContent(
          fromName.orElse(""),
          fromAddress.orElse(""),
          replyTo.orElse(""),
          subject.orElse(""),
          html.orElse(""),
          text.orElse(""),
          missingField.orElse(MissingField.EMPTY));
    }
  }

  record CampaignRequest(
      Optional<String> name,
      Optional<Long> listId,
      Optional<Long> templateId,
      Optional<ContentRequest> content,
      Optional<SendWindow> sendWindow,
      Optional<InDoubt> inDoubt,
      Optional<CampaignGuards> guards,
      Optional<Integer> revision) {

    static CampaignRequest of(Campaign campaign) {
      CampaignSettings settings = campaign.settings();
      return new CampaignRequest(
          Optional.of(settings.name()),
          settings.listId(),
          settings.templateId(),
          Optional.of(ContentRequest.of(settings.content())),
          settings.sendWindow(),
          Optional.of(settings.inDoubt()),
          Optional.of(settings.guards()),
          Optional.of(campaign.revision()));
    }

    CampaignSettings settings() {
      return new CampaignSettings(
          name.orElseThrow(() -> new InvalidException("name", "is missing")),
          listId,
          templateId,
          content.map(ContentRequest::content).orElse(CampaignContent.EMPTY),
          sendWindow,
          inDoubt.orElse(InDoubt.RESEND),
          guards.orElse(CampaignGuards.AS_CONFIGURED));
    }
  }

  /** {@code at} is an instant with offset, a local time beside {@code zone}, or "now". */
  record ScheduleRequest(String at, Optional<String> zone) {}

  /** {@code action} is resend or give-up. */
  record DoubtRequest(String action) {}

  record DoubtDecided(int deliveries) {}

  record PreviewRequest(
      Optional<Long> recipientId,
      Optional<String> address,
      Optional<Map<String, Object>> attributes) {
    static final PreviewRequest EMPTY =
        new PreviewRequest(Optional.empty(), Optional.empty(), Optional.empty());
  }

  record TestRequest(List<String> to, Optional<Map<String, Object>> attributes) {}

  record TestResults(List<TestSender.Result> results) {}

  void routes(RoutesConfig routes) {
    routes.post(CAMPAIGNS, Idempotent.of(stores.idempotency(), this::create), Access.OPERATE);
    routes.get(CAMPAIGNS, this::list, Access.READ);
    routes.get(ONE, this::show, Access.READ);
    routes.patch(ONE, this::edit, Access.OPERATE);
    routes.delete(ONE, this::delete, Access.OPERATE);
    routes.post(ONE + "/preview", this::preview, Access.READ);
    routes.post(ONE + "/test", Idempotent.of(stores.idempotency(), this::test), Access.OPERATE);
    routes.post(
        ONE + "/schedule", Idempotent.of(stores.idempotency(), this::schedule), Access.OPERATE);
    routes.post(
        ONE + "/unschedule",
        ctx -> answer(ctx, parts.scheduler().unschedule(id(ctx, "id"))),
        Access.OPERATE);
    routes.post(
        ONE + "/pause", ctx -> answer(ctx, parts.scheduler().pause(id(ctx, "id"))), Access.OPERATE);
    routes.post(ONE + "/resume", this::resume, Access.OPERATE);
    routes.get(ONE + "/guardrails", this::guardrails, Access.READ);
    routes.post(
        ONE + "/cancel",
        ctx -> answer(ctx, parts.scheduler().cancel(id(ctx, "id"))),
        Access.OPERATE);
    routes.post(ONE + "/in-doubt", this::decideDoubt, Access.OPERATE);
    routes.get(ONE + "/progress", this::progress, Access.READ);
  }

  private Campaign campaign(Context ctx) {
    return stores.campaigns().get(id(ctx, "id"));
  }

  private static void answer(Context ctx, Campaign campaign) {
    json(ctx, CampaignView.of(campaign));
  }

  private void answerWithHolds(Context ctx, Campaign campaign) {
    json(ctx, CampaignView.of(campaign, stores.holds().open(campaign.id())));
  }

  private void show(Context ctx) {
    answerWithHolds(ctx, campaign(ctx));
  }

  private void create(Context ctx) {
    Campaign campaign = stores.campaigns().create(body(ctx, CampaignRequest.class).settings());
    created(ctx, CAMPAIGNS + "/" + campaign.id(), CampaignView.of(campaign));
  }

  private void decideDoubt(Context ctx) {
    String action = body(ctx, DoubtRequest.class).action();
    long id = id(ctx, "id");
    int deliveries =
        switch (action) {
          case "resend" -> parts.scheduler().resendInDoubt(id);
          case "give-up" -> parts.scheduler().giveUpInDoubt(id);
          default ->
              throw new InvalidException(
                  "action", "is \"" + action + "\", and must be resend or give-up");
        };
    json(ctx, new DoubtDecided(deliveries));
  }

  private void resume(Context ctx) {
    ResumeRequest request = bodyOr(ctx, ResumeRequest.class, ResumeRequest.EMPTY);
    long id = id(ctx, "id");
    Optional<ResumeRequest.Release> release = request.release();
    if (release.isEmpty()) {
      answerWithHolds(ctx, parts.scheduler().resume(id));
      return;
    }
    CampaignGuards guards = campaign(ctx).settings().guards();
    answerWithHolds(
        ctx,
        parts
            .scheduler()
            .override(
                id,
                release.get().isp(),
                Requests.key(ctx).name(),
                release.get().note(),
                hold -> parts.guardrails().restart(hold, guards)));
  }

  private void guardrails(Context ctx) {
    json(ctx, HoldsView.of(stores.holds().of(campaign(ctx).id())));
  }

  private void list(Context ctx) {
    Requests.allowQuery(ctx, "state", "limit", "cursor");
    Set<CampaignState> states =
        Requests.several(ctx, "state", CampaignState::of, "state of a campaign");
    Requests.listing(
        ctx,
        stores
            .campaigns()
            .page(new CampaignQuery(states, Requests.cursor(ctx), Requests.limit(ctx))),
        CampaignView::of);
  }

  private void edit(Context ctx) {
    Campaign before = campaign(ctx);
    CampaignRequest request =
        MergePatch.apply(ctx, CampaignRequest.of(before), CampaignRequest.class);
    answer(
        ctx,
        stores
            .campaigns()
            .edit(before.id(), request.revision().orElse(before.revision()), request.settings()));
  }

  private void delete(Context ctx) {
    stores.campaigns().delete(id(ctx, "id"));
    ctx.status(204);
  }

  private void preview(Context ctx) {
    PreviewRequest request = bodyOr(ctx, PreviewRequest.class, PreviewRequest.EMPTY);
    Campaign campaign = campaign(ctx);
    Optional<Recipient> recipient =
        request.recipientId().map(recipientId -> recipient(campaign, recipientId));
    String address =
        request
            .address()
            .or(() -> recipient.map(Recipient::address))
            .orElse("recipient@example.com");
    Map<String, Object> attributes =
        request.attributes().or(() -> recipient.map(Recipient::attributes)).orElse(Map.of());
    Preview preview = check.preview(campaign.id(), content(campaign), address, attributes);
    json(ctx, preview);
  }

  private Recipient recipient(Campaign campaign, long recipientId) {
    long listId =
        campaign
            .settings()
            .listId()
            .orElseThrow(() -> new InvalidException("recipientId", "the campaign has no list yet"));
    return stores
        .recipients()
        .find(listId, recipientId)
        .orElseThrow(() -> new NotFoundException("recipient", recipientId));
  }

  /** The content as it would be sent. */
  private CampaignContent content(Campaign campaign) {
    return stores.campaigns().content(campaign.id());
  }

  private void test(Context ctx) {
    TestRequest request = body(ctx, TestRequest.class);
    if (request.to().isEmpty() || request.to().size() > MOST_TESTS) {
      throw new InvalidException("to", "has 1 to " + MOST_TESTS + " addresses");
    }
    request.to().forEach(address -> Requests.address("to", address));
    Campaign campaign = campaign(ctx);
    CampaignContent content = content(campaign);
    check.check(content);
    json(ctx, new TestResults(sendTests(campaign.id(), content, request)));
  }

  /**
   * Fails as a whole only while nothing was offered to anybody: a call that failed may be repeated,
   * and would reach again whom it has reached.
   */
  private List<TestSender.Result> sendTests(
      long campaignId, CampaignContent content, TestRequest request) {
    Map<String, Object> attributes = request.attributes().orElse(Map.of());
    List<TestSender.Result> results = new ArrayList<>();
    boolean stops = false;
    for (String address : request.to()) {
      if (stops) {
        results.add(notSent(address, "this server is stopping"));
        continue;
      }
      try {
        results.add(parts.tests().send(campaignId, content, address, attributes));
      } catch (InvalidException e) {
        if (results.isEmpty()) {
          throw e;
        }
        results.add(notSent(address, String.valueOf(e.getMessage())));
      } catch (RuntimeException e) {
        if (results.isEmpty()) {
          throw e;
        }
        log.error("A test of campaign {} failed before its message was offered", campaignId, e);
        results.add(notSent(address, "this server failed, and its log says more"));
      } finally {
        // cleared: an interrupted thread cannot write the answer to its caller
        stops = Thread.interrupted() || stops;
      }
    }
    return results;
  }

  private static TestSender.Result notSent(String to, String detail) {
    return new TestSender.Result(to, "not-sent", detail, Optional.empty());
  }

  private void schedule(Context ctx) {
    ScheduleRequest request = body(ctx, ScheduleRequest.class);
    LaunchTime time = LaunchTime.parse(request.at(), request.zone());
    Campaign campaign = campaign(ctx);
    CheckedContent checked = stores.campaigns().contentToCheck(campaign.id());
    if (campaign.state() == CampaignState.DRAFT) {
      check.check(checked.content());
    }
    Campaign scheduled = parts.scheduler().schedule(campaign.id(), time.at(), checked);
    json(ctx, CampaignView.of(scheduled, notes(time.note(), scheduled)));
  }

  /** What people should know of the time, and of the DNS of the sending domain. */
  private Optional<String> notes(Optional<String> ofTime, Campaign scheduled) {
    String notes =
        Stream.of(ofTime, launchNote.of(scheduled.settings().content().fromAddress()))
            .flatMap(Optional::stream)
            .collect(Collectors.joining(" "));
    return Optional.of(notes).filter(text -> !text.isEmpty());
  }

  private void progress(Context ctx) {
    long id = id(ctx, "id");
    json(
        ctx,
        ProgressView.of(
            stores.progress().progress(id, parts.clock().instant()),
            stores.holds().open(id),
            stores.relayReporting()));
  }
}
