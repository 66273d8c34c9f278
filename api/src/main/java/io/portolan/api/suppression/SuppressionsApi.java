package io.portolan.api.suppression;

import static io.portolan.api.http.Requests.body;
import static io.portolan.api.http.Requests.id;
import static io.portolan.api.http.Requests.json;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.portolan.api.application.Application;
import io.portolan.api.application.Stores;
import io.portolan.api.http.Access;
import io.portolan.api.http.Idempotent;
import io.portolan.api.http.Requests;
import io.portolan.api.http.Uploads;
import io.portolan.api.upload.UploadDirectory;
import io.portolan.api.upload.UploadReceiver;
import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.Page;
import io.portolan.core.address.EmailAddress;
import io.portolan.core.suppression.LiftedSuppression;
import io.portolan.core.suppression.MailOrigin;
import io.portolan.core.suppression.StoredSuppression;
import io.portolan.core.suppression.Suppression;
import io.portolan.core.suppression.SuppressionCsv;
import io.portolan.core.suppression.SuppressionFilter;
import io.portolan.core.suppression.SuppressionReason;
import io.portolan.core.suppression.SuppressionScope;
import io.portolan.core.suppression.SuppressionTarget;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Suppressions. */
public final class SuppressionsApi {
  private static final String SUPPRESSIONS = "/api/v1/suppressions";
  private static final int MOST = 10_000;

  private final Stores stores;
  private final InstantSource clock;
  private final SuppressionCsv csv;
  private final UploadDirectory uploads;
  private final UploadReceiver receiver;

  public SuppressionsApi(Application.Parts parts, UploadDirectory uploads) {
    stores = parts.stores();
    clock = parts.clock();
    csv = new SuppressionCsv(stores.suppressions(), stores.lists(), clock);
    this.uploads = uploads;
    receiver = new UploadReceiver(uploads.path(), parts.configuration().http().maxUploadBytes());
  }

  record SuppressionRequest(
      String kind,
      String value,
      Optional<Long> list,
      Optional<String> sendingDomain,
      Optional<String> reason,
      Optional<String> note,
      Optional<OffsetDateTime> expiresAt) {}

  record SuppressionsRequest(List<SuppressionRequest> items) {}

  record Added(int added, int existing) {}

  /**
   * Whether an address is suppressed.
   *
   * @param by what suppresses it for the mail that was asked about
   * @param elsewhere what suppresses it for other lists and sending domains
   */
  record Check(
      String address,
      boolean suppressed,
      Optional<SuppressionView> by,
      List<SuppressionView> elsewhere) {}

  public void routes(RoutesConfig routes) {
    routes.post(SUPPRESSIONS, Idempotent.of(stores.idempotency(), this::add), Access.OPERATE);
    routes.get(SUPPRESSIONS, this::list, Access.READ);
    routes.get(SUPPRESSIONS + "/check", this::check, Access.READ);
    routes.get(SUPPRESSIONS + "/history", this::history, Access.READ);
    routes.get(SUPPRESSIONS + "/export", this::export, Access.READ);
    routes.post(
        SUPPRESSIONS + "/import",
        Idempotent.ofUpload(stores.idempotency(), this::importFile),
        Access.OPERATE);
    routes.delete(SUPPRESSIONS + "/{id}", this::remove, Access.OPERATE);
  }

  private void add(Context ctx) {
    List<SuppressionRequest> items = body(ctx, SuppressionsRequest.class).items();
    if (items.isEmpty() || items.size() > MOST) {
      throw new InvalidException("items", "has 1 to " + MOST + " entries, not " + items.size());
    }
    List<Suppression> suppressions = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      suppressions.add(suppression("items[" + i + "]", items.get(i), who(ctx)));
    }
    int added = stores.suppressions().add(suppressions);
    ctx.status(201);
    json(ctx, new Added(added, suppressions.size() - added));
  }

  static String who(Context ctx) {
    return "api key \"" + Requests.key(ctx).name() + "\"";
  }

  private Suppression suppression(String place, SuppressionRequest request, String source) {
    return new Suppression(
        target(place, request),
        scope(place + ".", request.list(), request.sendingDomain()),
        request.reason().map(id -> reason(place + ".reason", id)).orElse(SuppressionReason.MANUAL),
        source,
        Suppression.Evidence.NONE,
        request.note().orElse(""),
        clock.instant(),
        request.expiresAt().map(time -> Requests.instant(place + ".expiresAt", time)));
  }

  private SuppressionScope scope(String place, Optional<Long> list, Optional<String> domain) {
    if (list.isPresent() && domain.isPresent()) {
      throw new InvalidException(
          place + "sendingDomain", "cannot be given together with a list; add one for each");
    }
    if (list.isPresent()) {
      return new SuppressionScope.OfList(stores.lists().get(list.get()).id());
    }
    return domain
        .<SuppressionScope>map(
            name ->
                new SuppressionScope.OfSendingDomain(
                    Requests.domain(place + "sendingDomain", name)))
        .orElse(SuppressionScope.EVERYTHING);
  }

  private static SuppressionReason reason(String field, String id) {
    return SuppressionReason.of(id)
        .orElseThrow(() -> new InvalidException(field, "\"" + id + "\" is no reason"));
  }

  private static SuppressionTarget target(String place, SuppressionRequest request) {
    return switch (request.kind()) {
      case "address" ->
          new SuppressionTarget.Address(Requests.address(place + ".value", request.value()));
      case "domain" ->
          new SuppressionTarget.WholeDomain(Requests.domain(place + ".value", request.value()));
      default ->
          throw new InvalidException(place + ".kind", "is neither \"address\" nor \"domain\"");
    };
  }

  private static SuppressionFilter filter(Context ctx) {
    return new SuppressionFilter(
        Requests.query(ctx, "kind").map(SuppressionsApi::kind),
        Requests.query(ctx, "reason").map(id -> reason("reason", id)),
        Requests.query(ctx, "value"),
        Requests.number(ctx, "list"),
        Requests.query(ctx, "sendingDomain").map(name -> Requests.domain("sendingDomain", name)));
  }

  private void list(Context ctx) {
    Requests.allowQuery(ctx, "kind", "reason", "value", "list", "sendingDomain", "limit", "cursor");
    int limit = Requests.limit(ctx);
    List<StoredSuppression> found =
        stores.suppressions().findPage(filter(ctx), Requests.cursor(ctx).orElse(0L), limit + 1);
    Requests.listing(ctx, Page.cut(found, limit, StoredSuppression::id), SuppressionView::of);
  }

  private void check(Context ctx) {
    Requests.allowQuery(ctx, "address", "list", "sendingDomain");
    String written =
        Requests.query(ctx, "address")
            .orElseThrow(() -> new InvalidException("address", "is missing"));
    EmailAddress address = Requests.address("address", written);
    Optional<StoredSuppression> by =
        stores
            .suppressions()
            .findCovering(
                address,
                new MailOrigin(
                    Requests.number(ctx, "list"),
                    Requests.query(ctx, "sendingDomain")
                        .map(name -> Requests.domain("sendingDomain", name))),
                clock.instant());
    Instant now = clock.instant();
    List<SuppressionView> elsewhere =
        stores.suppressions().findAll(new SuppressionTarget.Address(address)).stream()
            .filter(each -> by.map(covering -> covering.id() != each.id()).orElse(true))
            .filter(
                each ->
                    each.suppression().expiresAt().map(expiry -> expiry.isAfter(now)).orElse(true))
            .map(SuppressionView::of)
            .toList();
    json(ctx, new Check(written, by.isPresent(), by.map(SuppressionView::of), elsewhere));
  }

  private void history(Context ctx) {
    Requests.allowQuery(ctx, "value", "limit", "cursor");
    Optional<String> value =
        Requests.query(ctx, "value")
            .map(
                text ->
                    text.indexOf('@') < 0
                        ? Requests.domain("value", text).name()
                        : Requests.address("value", text).key());
    int limit = Requests.limit(ctx);
    List<LiftedSuppression> found =
        stores
            .suppressions()
            .history(value, Requests.cursor(ctx).orElse(Long.MAX_VALUE), limit + 1);
    Requests.listing(
        ctx, Page.cut(found, limit, LiftedSuppression::id), SuppressionView.Lifted::of);
  }

  private void export(Context ctx) throws IOException {
    Requests.allowQuery(ctx, "kind", "reason", "value", "list", "sendingDomain");
    SuppressionFilter filter = filter(ctx);
    // by way of a file: what is sent is whole, and a failure is still answered as one
    Path file = uploads.newFile(".suppressions");
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      csv.write(out, filter);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(file);
      throw e;
    }
    ctx.header("Content-Disposition", "attachment; filename=\"suppressions.csv\"");
    ctx.contentType("text/csv; charset=utf-8")
        .result(Files.newInputStream(file, StandardOpenOption.DELETE_ON_CLOSE));
  }

  private void importFile(Context ctx) throws IOException {
    Requests.allowQuery(ctx, "list", "sendingDomain");
    SuppressionScope scope =
        scope("", Requests.number(ctx, "list"), Requests.query(ctx, "sendingDomain"));
    Path file = uploads.newFile(".csv");
    try {
      Uploads.receive(receiver, ctx, file);
      // what is no UTF-8 is replaced, and costs its row alone
      try (Reader in = new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8)) {
        json(ctx, csv.read(in, scope, who(ctx) + ", import"));
      }
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private void remove(Context ctx) {
    Requests.allowQuery(ctx, "note");
    long id = id(ctx, "id");
    String note = Requests.query(ctx, "note").orElse("");
    if (note.length() > Suppression.MAX_TEXT) {
      throw new InvalidException("note", "has more than " + Suppression.MAX_TEXT + " characters");
    }
    if (!stores.suppressions().remove(id, who(ctx), note, clock.instant())) {
      throw new NotFoundException("suppression", id);
    }
    ctx.status(204);
  }

  private static SuppressionTarget.Kind kind(String id) {
    return SuppressionTarget.Kind.of(id)
        .orElseThrow(() -> new InvalidException("kind", "is none of address, domain and hash"));
  }
}
