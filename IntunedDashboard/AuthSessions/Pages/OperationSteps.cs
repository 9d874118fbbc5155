using IntunedDashboard.Runs;
using IntunedDashboard.Runs.Pages;
using IntunedDashboard.Ui.Vocabulary;

namespace IntunedDashboard.AuthSessions.Pages;

/// <param name="Detail">How many tries it took, when more than one.</param>
public sealed record OperationStep(string Text, StateTerm Term, string? Detail, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

/// <summary>An AuthSession Run as the steps a person follows: tries of one function in a row are one step.</summary>
public static class OperationSteps
{
    public static IReadOnlyList<OperationStep> Of(RunDetail run)
    {
        var steps = new List<(AttemptKind Kind, List<AttemptView> Tries)>();
        foreach (var attempt in run.Attempts)
        {
            if (steps.Count == 0 || steps[^1].Kind != attempt.Kind)
            {
                steps.Add((attempt.Kind, []));
            }

            steps[^1].Tries.Add(attempt);
        }

        AttemptKind[] expected = run.Row.Type == RunType.Validate ? [AttemptKind.Check] : [AttemptKind.Create, AttemptKind.Check];
        steps.AddRange(expected.Where(kind => steps.All(s => s.Kind != kind)).Select(kind => (kind, new List<AttemptView>())).ToList());
        return steps.Select(s => Step(run, s.Kind, s.Tries)).ToList();
    }

    private static OperationStep Step(RunDetail run, AttemptKind kind, List<AttemptView> tries)
    {
        var text = kind == AttemptKind.Create ? "Log in" : "Check the login";
        if (tries.Count == 0)
        {
            var status = RunVocabulary.IsOver(run.Row.Status) ? AttemptStatus.Canceled : AttemptStatus.Pending;
            var detail = status == AttemptStatus.Canceled ? "not reached" : null;
            return new OperationStep(text, RunVocabulary.Of(status), detail, null, null);
        }

        var last = tries[^1];
        var waits = run.HumanRequest is { } request && request.Attempt == last.Number;
        return new OperationStep(
            text, waits ? RunVocabulary.WaitsForPerson : RunVocabulary.Of(last.Status), tries.Count > 1 ? $"try {tries.Count}" : null, tries[0].StartedAt, last.FinishedAt);
    }
}
