package io.portolan.api.http;

import static io.portolan.api.http.Requests.body;
import static io.portolan.api.http.Requests.created;
import static io.portolan.api.http.Requests.id;
import static io.portolan.api.http.Requests.json;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.portolan.api.application.Stores;
import io.portolan.core.InvalidException;
import io.portolan.core.NotFoundException;
import io.portolan.core.list.MailingList;
import io.portolan.core.list.Recipient;
import io.portolan.core.list.RecipientQuery;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Lists and their recipients. */
final class ListsApi {
  private static final String LISTS = "/api/v1/lists";
  private static final String ONE = LISTS + "/{id}";
  private static final String RECIPIENTS = ONE + "/recipients";

  private final Stores stores;

  ListsApi(Stores stores) {
    this.stores = stores;
  }

  record ListRequest(Optional<String> name, Optional<String> description) {}

  record RecipientRequest(String address, Optional<Map<String, Object>> attributes) {}

  record AttributesRequest(Optional<Map<String, Object>> attributes) {}

  record ListView(MailingList list, long recipients) {}

  void routes(RoutesConfig routes) {
    routes.post(LISTS, Idempotent.of(stores.idempotency(), this::create), Access.OPERATE);
    routes.get(LISTS, this::list, Access.READ);
    routes.get(ONE, ctx -> json(ctx, view(stores.lists().get(id(ctx, "id")))), Access.READ);
    routes.patch(ONE, this::update, Access.OPERATE);
    routes.delete(ONE, this::delete, Access.OPERATE);
    routes.post(
        RECIPIENTS, Idempotent.of(stores.idempotency(), this::addRecipient), Access.OPERATE);
    routes.get(RECIPIENTS, this::recipients, Access.READ);
    routes.get(RECIPIENTS + "/{recipient}", this::recipient, Access.READ);
    routes.patch(RECIPIENTS + "/{recipient}", this::editRecipient, Access.OPERATE);
    routes.delete(RECIPIENTS + "/{recipient}", this::removeRecipient, Access.OPERATE);
  }

  private void create(Context ctx) {
    ListRequest request = body(ctx, ListRequest.class);
    MailingList list = stores.lists().create(name(request), request.description().orElse(""));
    created(ctx, LISTS + "/" + list.id(), list);
  }

  private static String name(ListRequest request) {
    return request.name().orElseThrow(() -> new InvalidException("name", "is missing"));
  }

  private void list(Context ctx) {
    Requests.allowQuery(ctx, "name", "limit", "cursor");
    Optional<String> name = Requests.query(ctx, "name");
    if (name.isPresent()) {
      List<MailingList> found = stores.lists().findNamed(name.get()).stream().toList();
      json(ctx, new Requests.Listing<>(found, Optional.empty()));
      return;
    }
    Requests.listing(
        ctx,
        stores.lists().page(Requests.cursor(ctx).orElse(0L), Requests.limit(ctx)),
        Function.identity());
  }

  private void update(Context ctx) {
    MailingList list = stores.lists().get(id(ctx, "id"));
    ListRequest request =
        MergePatch.apply(
            ctx,
            new ListRequest(Optional.of(list.name()), Optional.of(list.description())),
            ListRequest.class);
    json(ctx, stores.lists().update(list.id(), name(request), request.description().orElse("")));
  }

  private void delete(Context ctx) {
    stores.lists().delete(id(ctx, "id"));
    ctx.status(204);
  }

  private ListView view(MailingList list) {
    return new ListView(list, stores.recipients().count(list.id()));
  }

  private void addRecipient(Context ctx) {
    RecipientRequest request = body(ctx, RecipientRequest.class);
    MailingList list = stores.lists().get(id(ctx, "id"));
    var recipient =
        stores
            .recipients()
            .add(
                list.id(),
                Requests.address("address", request.address()),
                request.attributes().orElse(Map.of()));
    created(ctx, LISTS + "/" + list.id() + "/recipients/" + recipient.id(), recipient);
  }

  private void recipients(Context ctx) {
    Requests.allowQuery(ctx, "address", "domain", "limit", "cursor");
    MailingList list = stores.lists().get(id(ctx, "id"));
    RecipientQuery query =
        new RecipientQuery(
            list.id(),
            Requests.query(ctx, "address").orElse(""),
            Requests.query(ctx, "domain").orElse(""),
            Requests.cursor(ctx),
            Requests.limit(ctx));
    Requests.listing(ctx, stores.recipients().page(query), Function.identity());
  }

  private void recipient(Context ctx) {
    json(ctx, find(ctx));
  }

  private Recipient find(Context ctx) {
    long id = id(ctx, "recipient");
    return stores
        .recipients()
        .find(id(ctx, "id"), id)
        .orElseThrow(() -> new NotFoundException("recipient", id));
  }

  private void editRecipient(Context ctx) {
    Recipient recipient = find(ctx);
    AttributesRequest request =
        MergePatch.apply(
            ctx,
            new AttributesRequest(Optional.of(recipient.attributes())),
            AttributesRequest.class);
    json(
        ctx,
        stores
            .recipients()
            .update(recipient.listId(), recipient.id(), request.attributes().orElse(Map.of())));
  }

  private void removeRecipient(Context ctx) {
    stores.recipients().remove(id(ctx, "id"), id(ctx, "recipient"));
    ctx.status(204);
  }
}
