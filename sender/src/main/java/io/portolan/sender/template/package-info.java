/** Reads templates in a closed part of Handlebars and merges them with a recipient's fields. */
@NullMarked
package io.portolan.sender.template;

import org.jspecify.annotations.NullMarked;
