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
import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.campaign.Campaign;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.CampaignQuery;
import io.portolan.core.campaign.CampaignSettings;
import io.portolan.core.campaign.CampaignState;
import io.portolan.core.campaign.MissingField;
import io.portolan.core.campaign.SendWindow;
import io.portolan.core.campaign.Template;
import io.portolan.core.list.Recipient;
import io.portolan.sender.lane.TestSender;
import io.portolan.sender.message.ContentCheck;
import io.portolan.sender.message.Preview;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Campaigns: writing, looking at, testing, scheduling and steering them. */
final class CampaignsApi {
  private static final String CAMPAIGNS = "/api/v1/campaigns";
  private static final String ONE = CAMPAIGNS + "/{id}";
  private static final int MOST_TESTS = 20;

  private final Application.Parts parts;
  private final Stores stores;
  private final ContentCheck check;

  CampaignsApi(Application.Parts parts, ContentCheck check) {
    this.parts = parts;
    stores = parts.stores();
    this.check = check;
  }

  record ContentRequest(
      Optional<String> fromName,
      Optional<String> fromAddress,
      Optional<String> replyTo,
      Optional<String> subject,
      Optional<String> html,
      Optional<String> text,
      Optional<MissingField> missingField) {

    CampaignContent over(CampaignContent before) {
      return new CampaignContent(
          fromName.orElse(before.fromName()),
          fromAddress.orElse(before.fromAddress()),
          replyTo.orElse(before.replyTo()),
          subject.orElse(before.subject()),
          html.orElse(before.html()),
          text.orElse(before.text()),
          missingField.orElse(before.missingField()));
    }
  }

  record CampaignRequest(
      Optional<String> name,
      Optional<Long> listId,
      Optional<Long> templateId,
      Optional<ContentRequest> content,
      Optional<SendWindow> sendWindow,
      Optional<Integer> revision) {}

  /** {@code at} is an instant with offset, a local time beside {@code zone}, or "now". */
  record ScheduleRequest(String at, Optional<String> zone) {}

  record PreviewRequest(
      Optional<Long> recipientId,
      Optional<String> address,
      Optional<Map<String, Object>> attributes) {
    static final PreviewRequest EMPTY =
        new PreviewRequest(Optional.empty(), Optional.empty(), Optional.empty());
  }

  record TestRequest(List<String> to, Optional<Map<String, Object>> attributes) {}

  record TestResults(List<TestSender.Result> results) {}

  private static final CampaignContent NO_CONTENT =
      new CampaignContent("", "", "", "", "", "", MissingField.EMPTY);

  void routes(RoutesConfig routes) {
    routes.post(CAMPAIGNS, Idempotent.of(stores.idempotency(), this::create), Access.OPERATE);
    routes.get(CAMPAIGNS, this::list, Access.READ);
    routes.get(ONE, ctx -> json(ctx, CampaignView.of(campaign(ctx))), Access.READ);
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
    routes.post(
        ONE + "/resume",
        ctx -> answer(ctx, parts.scheduler().resume(id(ctx, "id"))),
        Access.OPERATE);
    routes.post(
        ONE + "/cancel",
        ctx -> answer(ctx, parts.scheduler().cancel(id(ctx, "id"))),
        Access.OPERATE);
    routes.get(ONE + "/progress", this::progress, Access.READ);
  }

  private Campaign campaign(Context ctx) {
    return stores.campaigns().get(id(ctx, "id"));
  }

  private static void answer(Context ctx, Campaign campaign) {
    json(ctx, CampaignView.of(campaign));
  }

  private void create(Context ctx) {
    CampaignRequest request = body(ctx, CampaignRequest.class);
    String name = request.name().orElseThrow(() -> new InvalidException("name", "is missing"));
    Campaign campaign =
        stores
            .campaigns()
            .create(
                new CampaignSettings(
                    name,
                    request.listId(),
                    request.templateId(),
                    content(request, NO_CONTENT),
                    request.sendWindow()));
    created(ctx, CAMPAIGNS + "/" + campaign.id(), CampaignView.of(campaign));
  }

  private void list(Context ctx) {
    Requests.allowQuery(ctx, "state", "limit", "cursor");
    Set<CampaignState> states =
        Requests.query(ctx, "state").stream()
            .flatMap(text -> Arrays.stream(text.split(",")))
            .map(
                id ->
                    CampaignState.of(id)
                        .orElseThrow(
                            () ->
                                new InvalidException(
                                    "state", "\"" + id + "\" is no state of a campaign")))
            .collect(Collectors.toSet());
    Requests.listing(
        ctx,
        stores
            .campaigns()
            .page(new CampaignQuery(states, Requests.cursor(ctx), Requests.limit(ctx))),
        CampaignView::of);
  }

  private void edit(Context ctx) {
    CampaignRequest request = body(ctx, CampaignRequest.class);
    Campaign before = campaign(ctx);
    CampaignSettings settings = before.settings();
    Campaign after =
        stores
            .campaigns()
            .edit(
                before.id(),
                request.revision().orElse(before.revision()),
                new CampaignSettings(
                    request.name().orElse(settings.name()),
                    request.listId().or(settings::listId),
                    request.templateId().or(settings::templateId),
                    content(request, settings.content()),
                    request.sendWindow().or(settings::sendWindow)));
    answer(ctx, after);
  }

  private CampaignContent content(CampaignRequest request, CampaignContent before) {
    return request.content().map(content -> content.over(before)).orElse(before);
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
    Preview preview = check.preview(campaign.id(), merged(campaign), address, attributes);
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

  /**
   * The content as it would be sent, with the template's parts where the campaign has a template.
   */
  private CampaignContent merged(Campaign campaign) {
    CampaignContent content = campaign.settings().content();
    Optional<Template> template = campaign.settings().templateId().map(stores.templates()::get);
    if (template.isEmpty() || campaign.state() != CampaignState.DRAFT) {
      return stores.campaigns().content(campaign.id());
    }
    return new CampaignContent(
        content.fromName(),
        content.fromAddress(),
        content.replyTo(),
        template.get().subject(),
        template.get().html(),
        template.get().text(),
        content.missingField());
  }

  private void test(Context ctx) throws InterruptedException {
    TestRequest request = body(ctx, TestRequest.class);
    if (request.to().isEmpty() || request.to().size() > MOST_TESTS) {
      throw new InvalidException("to", "has 1 to " + MOST_TESTS + " addresses");
    }
    request.to().forEach(address -> ListsApi.address("to", address));
    Campaign campaign = campaign(ctx);
    CampaignContent content = merged(campaign);
    check.check(content);
    List<TestSender.Result> results = new ArrayList<>();
    for (String address : request.to()) {
      results.add(
          parts
              .tests()
              .send(campaign.id(), content, address, request.attributes().orElse(Map.of())));
    }
    json(ctx, new TestResults(results));
  }

  private void schedule(Context ctx) {
    ScheduleRequest request = body(ctx, ScheduleRequest.class);
    Campaign campaign = campaign(ctx);
    if (campaign.state() == CampaignState.DRAFT) {
      check.check(merged(campaign));
    }
    answer(
        ctx,
        request.at().equals("now")
            ? parts.scheduler().scheduleNow(campaign.id())
            : parts.scheduler().schedule(campaign.id(), instant(request)));
  }

  private static Instant instant(ScheduleRequest request) {
    try {
      if (request.zone().isPresent()) {
        return LocalDateTime.parse(request.at())
            .atZone(ZoneId.of(request.zone().get()))
            .toInstant();
      }
      return OffsetDateTime.parse(request.at()).toInstant();
    } catch (DateTimeException e) {
      throw new InvalidException(
          request.zone().isPresent() ? "at, zone" : "at",
          "\""
              + request.at()
              + "\": give \"now\", a time with offset such as 2026-12-01T09:00:00+01:00,"
              + " or a local time such as 2026-12-01T09:00 beside a zone such as Europe/Berlin");
    }
  }

  private void progress(Context ctx) {
    json(ctx, ProgressView.of(stores.progress().progress(id(ctx, "id"), parts.clock().instant())));
  }
}
