package io.portolan.api.http;

import static io.portolan.api.http.Requests.body;
import static io.portolan.api.http.Requests.created;
import static io.portolan.api.http.Requests.id;
import static io.portolan.api.http.Requests.json;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.portolan.api.application.Stores;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.MissingField;
import io.portolan.core.campaign.Template;
import io.portolan.sender.message.ContentCheck;
import java.util.Optional;
import java.util.function.Function;

/** Templates. */
final class TemplatesApi {
  private static final String TEMPLATES = "/api/v1/templates";
  private static final String ONE = TEMPLATES + "/{id}";

  // so that a template is checked as a campaign's content will be
  private static final String SOME_SENDER = "postmaster@localhost.localdomain";

  private final Stores stores;
  private final ContentCheck check;

  TemplatesApi(Stores stores, ContentCheck check) {
    this.stores = stores;
    this.check = check;
  }

  record TemplateRequest(
      String name, String subject, Optional<String> html, Optional<String> text) {
    Template.Settings settings() {
      return new Template.Settings(name, subject, html.orElse(""), text.orElse(""));
    }
  }

  void routes(RoutesConfig routes) {
    routes.post(TEMPLATES, Idempotent.of(stores.idempotency(), this::create), Access.OPERATE);
    routes.get(TEMPLATES, this::list, Access.READ);
    routes.get(ONE, ctx -> json(ctx, stores.templates().get(id(ctx, "id"))), Access.READ);
    routes.put(ONE, this::update, Access.OPERATE);
    routes.delete(ONE, this::delete, Access.OPERATE);
  }

  private void create(Context ctx) {
    Template template = stores.templates().create(checked(ctx));
    created(ctx, TEMPLATES + "/" + template.id(), template);
  }

  private void update(Context ctx) {
    json(ctx, stores.templates().update(id(ctx, "id"), checked(ctx)));
  }

  private void list(Context ctx) {
    Requests.allowQuery(ctx, "limit", "cursor");
    Requests.listing(
        ctx,
        stores.templates().page(Requests.cursor(ctx).orElse(0L), Requests.limit(ctx)),
        Function.identity());
  }

  private void delete(Context ctx) {
    stores.templates().delete(id(ctx, "id"));
    ctx.status(204);
  }

  private Template.Settings checked(Context ctx) {
    Template.Settings settings = body(ctx, TemplateRequest.class).settings();
    check.check(
        new CampaignContent(
            "",
            SOME_SENDER,
            "",
            settings.subject(),
            settings.html(),
            settings.text(),
            MissingField.EMPTY));
    return settings;
  }
}
