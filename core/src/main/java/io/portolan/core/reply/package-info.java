/**
 * SMTP replies and what they mean: parsing, enhanced status codes, bounce categories and the rules
 * that choose one.
 */
@NullMarked
package io.portolan.core.reply;

import org.jspecify.annotations.NullMarked;
