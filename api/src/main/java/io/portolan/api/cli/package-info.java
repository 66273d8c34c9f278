/**
 * The command line: {@code serve}, {@code demo}, {@code bench}, and the API's calls as commands.
 */
@NullMarked
package io.portolan.api.cli;

import org.jspecify.annotations.NullMarked;
