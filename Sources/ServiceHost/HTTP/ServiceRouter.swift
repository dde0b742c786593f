public import Hummingbird

/// What every route of a service stands on.
public enum ServiceRouter {
    /// Without routes; whatever one of them throws is answered with problem details.
    public static func make() -> Router<ServiceRequestContext> {
        let router = Router(context: ServiceRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ProblemMiddleware())
        return router
    }
}
