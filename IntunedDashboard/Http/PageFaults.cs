using IntunedDashboard.Identity;
using IntunedDashboard.Platform;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Diagnostics;

namespace IntunedDashboard.Http;

/// <summary>
/// What goes wrong outside <c>/api</c> becomes a status, and a status without a body becomes a page with a sentence. An unexpected
/// fault shows the id under which the log has the rest.
/// </summary>
public sealed class PageFaults(RequestDelegate next, ILogger<PageFaults> logger)
{
    private const string CorrelationItem = "FaultCorrelationId";

    public static string? CorrelationIdOf(HttpContext context) => context.Items[CorrelationItem] as string;

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<IStatusCodeReExecuteFeature>() is not null)
        {
            // The fault page is shown, whatever was asked for; the form that was sent is none of its business.
            context.Request.Method = HttpMethods.Get;
        }

        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= StatusCodes.Status400BadRequest })
            {
                // A component that refused its form has announced HTML and written none.
                Answer(context, context.Response.StatusCode);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
        }
        catch (RequestException refusal) when (!context.Response.HasStarted)
        {
            Answer(context, ApiErrors.StatusOf(refusal.Fault));
        }
        catch (BadHttpRequestException bad) when (!context.Response.HasStarted)
        {
            Answer(context, bad.StatusCode);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            var correlationId = Ids.NewCorrelationId();
            logger.RequestFailed(exception, context.Request.Method, context.GetEndpoint()?.DisplayName, correlationId);
            context.Items[CorrelationItem] = correlationId;
            Answer(context, StatusCodes.Status500InternalServerError);
        }
    }

    private static void Answer(HttpContext context, int status)
    {
        context.Response.ContentType = null;
        context.Response.ContentLength = null;
        context.Response.StatusCode = status;
    }
}

public static class PageFaultsExtension
{
    /// <summary>Before routing, beside the mapping for REST.</summary>
    public static IApplicationBuilder UsePageFaults(this IApplicationBuilder app) => app.UseWhen(
        context => !ApiKeyAuthentication.IsApi(context),
        pages => pages
            .UseStatusCodePagesWithReExecute("/fault/{0}", queryFormat: null, createScopeForStatusCodePages: true)
            .UseMiddleware<PageFaults>());

    /// <summary>After routing. A post to a page must be a form; the framework would take anything else for a defect of ours.</summary>
    public static IApplicationBuilder UseFormPosts(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (HttpMethods.IsPost(context.Request.Method)
            && !context.Request.HasFormContentType
            && context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null)
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return Task.CompletedTask;
        }

        return next(context);
    });
}
